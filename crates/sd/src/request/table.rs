//! One row for every setting of a run: what it is called, what it can be, what is usual, where it belongs, and one line for people.
//!
//! It says nothing of what a setting does, and holds no values: those are a [`Request`](super::Request)'s. Checks, the command's flags and
//! help, the page's limits and lists, and grids come from here, or a test over all rows holds them to it.
//!
//! ```
//! use decant_sd::request::setting;
//!
//! let guidance = setting("guidance");
//! assert!(guidance.holds(-3.0) && !guidance.holds(f64::NAN));
//! assert_eq!((guidance.range, guidance.form), (Some([-1000.0, 1000.0]), Some([0.0, 100.0])));
//! ```

mod catalogue;
mod rows;

pub use catalogue::settings_catalogue;
pub use rows::SETTINGS;

/// A setting of a run.
#[derive(Debug, Clone, Copy)]
pub struct SettingRow {
    /// Its name in JSON.
    pub name: &'static str,
    /// How `decant generate` is told it.
    pub flag: Flag,
    /// What its values are.
    pub kind: Kind,
    /// The least and the most that the program can do with the most able of models; of a list of numbers, each of them, of other lists how
    /// many entries, of a text its bytes. `None` where nothing is counted.
    pub range: Option<[f64; 2]>,
    /// The part of `range` that a form offers: beyond, a slip of the hand is likelier than an intention.
    pub form: Option<[f64; 2]>,
    /// What it is where it is left out, as text; empty where the model, the sampler or another setting decides, and for lists: none.
    pub usual: &'static str,
    /// Where it belongs.
    pub group: Group,
    /// Whether what the text encoders say depends on it.
    pub reads_text: bool,
    /// Whether a form offers it for a grid's axes. The command takes every setting for one.
    pub in_grid: bool,
    /// One line for people: the flag's help.
    pub help: &'static str,
}

/// How the command is told a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Not at all.
    None,
    /// By a flag that is made from the row: its name without dashes, and what stands for its value in help.
    Plain(&'static str, &'static str),
    /// By a flag that means more than the setting, or is spelled in another way: its name without dashes.
    Own(&'static str),
}

impl Flag {
    /// Its name without dashes.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Flag::None => None,
            Flag::Plain(name, _) | Flag::Own(name) => Some(name),
        }
    }
}

/// What a setting's values are.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any words.
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Real,
    /// One of the ids of a table.
    Choice(fn() -> Vec<&'static str>),
    /// On or off.
    Switch,
    /// Several numbers.
    Numbers,
    /// Several objects.
    List,
}

impl Kind {
    /// As `Setting.kind` in `web/api/decant.d.ts`.
    pub fn id(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Whole => "whole",
            Kind::Real => "real",
            Kind::Choice(_) => "choice",
            Kind::Switch => "switch",
            Kind::Numbers => "numbers",
            Kind::List => "list",
        }
    }

    /// What there is to choose from, where that is a table.
    pub fn choices(self) -> Vec<&'static str> {
        if let Kind::Choice(ids) = self { ids() } else { vec![] }
    }
}

/// Where a setting belongs: a form shows a group together (`data-group` in `web/index.html`), and presets, links and grids choose settings by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What the picture shows.
    Prompt,
    /// How it is made, in the numbers that everybody knows.
    Picture,
    /// What it starts from besides noise.
    Start,
    /// How the noise is taken away.
    Sampling,
    /// How strongly the prompt leads.
    Guidance,
    /// What the steps are pulled by.
    Losses,
    /// How the words are read.
    Words,
    /// Which LoRAs are used.
    Loras,
    /// The second, larger pass.
    Second,
    /// What latents become a picture with.
    Decoder,
    /// What is shown on the way, which changes no picture.
    Preview,
}

impl Group {
    /// As `Setting.group` in `web/api/decant.d.ts`.
    pub fn id(self) -> &'static str {
        match self {
            Group::Prompt => "prompt",
            Group::Picture => "picture",
            Group::Start => "start",
            Group::Sampling => "sampling",
            Group::Guidance => "guidance",
            Group::Losses => "losses",
            Group::Words => "words",
            Group::Loras => "loras",
            Group::Second => "second",
            Group::Decoder => "decoder",
            Group::Preview => "preview",
        }
    }
}

/// The most pictures of one grid: what the program can do, and what a form offers.
pub const GRID_CELLS: [usize; 2] = [1000, 144];

impl SettingRow {
    /// Whether the program can do anything with such a number; never with one that is none.
    pub fn holds(&self, number: f64) -> bool {
        self.range.is_none_or(|[least, most]| (least..=most).contains(&number))
    }
}

/// The row of that name in JSON, which must be one: for names that stand in the code.
pub fn setting(name: &str) -> &'static SettingRow {
    SETTINGS.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("{name} has no row in SETTINGS"))
}

#[cfg(test)]
mod tests;
