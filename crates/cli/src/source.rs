//! Where the command's model files come from: a file or folder, a web address, or the command itself.

use crate::Failure;
use decant_sd::files::{Files, Folder};
use decant_sd::weights::without_ending;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use web::Web;

mod web;

thread_local! {
    /// All that is read from the web.
    static OPEN: RefCell<Vec<Rc<Web>>> = const { RefCell::new(vec![]) };
}

/// Refuses what was read from the web so far, where it is not what the servers give now. Asked before anything is made of it.
pub(crate) fn confirm() -> Result<(), Failure> {
    let open = OPEN.with_borrow(Clone::clone);
    Ok(open.iter().try_for_each(|web| web.confirm())?)
}

/// The files that `model` names: `builtin:NAME`, `http(s)://…`, a file or a folder.
pub(crate) fn open(model: &str) -> Result<Rc<dyn Files>, Failure> {
    if let Some((now, _)) = geared(model) {
        return open(&now);
    }
    match model.strip_prefix("builtin:") {
        Some(name) => Ok(Rc::new(Folder::open(builtin(name)?)?)),
        None => {
            let known: Vec<String> = BUILTINS.iter().map(|name| format!("builtin:{name}")).collect();
            placed(model, &format!("give a model's file or folder, an http address, or one that comes along: {}", known.join(", ")))
        }
    }
}

/// The models that come with Decant; the usual one first. A test looks for others in `models/`.
const BUILTINS: [&str; 2] = ["emoji", "digits"];
/// What was a model of its own once, and is another one's gear now: name, model, gear.
const GEARS: [(&str, &str, &str); 1] = [("emoji-fast", "emoji", "fast")];

/// The built-in model that a record's name of a model means: `digits`, or `builtin:digits`.
pub(crate) fn builtin_named(name: &str) -> Option<String> {
    let name = name.strip_prefix("builtin:").unwrap_or(name);
    let is_known = BUILTINS.contains(&name) || GEARS.iter().any(|(was, ..)| *was == name);
    is_known.then(|| format!("builtin:{name}"))
}

/// The model and the gear that `model` stands for, where it was a model of its own once, which is said.
pub(crate) fn geared(model: &str) -> Option<(String, &'static str)> {
    let name = model.strip_prefix("builtin:")?;
    let (_, now, gear) = GEARS.iter().find(|(was, ..)| *was == name)?;
    note!("{model} is builtin:{now} with --gear {gear} now");
    Some((format!("builtin:{now}"), gear))
}

/// The files of something that stands beside a model, by what it is: `LoRA's file or folder`.
pub(crate) fn open_as(place: &str, what: &str) -> Result<Rc<dyn Files>, Failure> {
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    placed(place, &format!("give {article} {what}, or its http address"))
}

fn placed(place: &str, advice: &str) -> Result<Rc<dyn Files>, Failure> {
    if place.starts_with("http://") || place.starts_with("https://") {
        let web = Rc::new(Web::open(place)?);
        OPEN.with_borrow_mut(|open| open.push(web.clone()));
        return Ok(web);
    }
    if !Path::new(place).exists() {
        return Err(format!("{place}: there is no such file or folder; {advice}").into());
    }
    Ok(Rc::new(Folder::open(place)?))
}

/// A model that comes with Decant: in `models/` beside the command, above it (a build in its own tree), or where `DECANT_MODELS` says.
fn builtin(name: &str) -> Result<PathBuf, Failure> {
    let beside = std::env::current_exe().unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::var_os("DECANT_MODELS").map(PathBuf::from).into_iter().collect();
    places.extend(beside.ancestors().skip(1).map(|folder| folder.join("models")));
    places.push(PathBuf::from("models"));
    let safe = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let found = places.iter().map(|place| place.join(name)).find(|folder| safe && folder.join("model_index.json").is_file());
    found.ok_or_else(|| {
        let known = BUILTINS.join(", ");
        format!("builtin:{name}: no such model comes with this command, which has {known}; set DECANT_MODELS to the folder that holds it")
            .into()
    })
}

/// A file's name without what tells where it lies, or in which format.
pub(crate) fn name(model: &str) -> &str {
    let model = model.strip_prefix("builtin:").unwrap_or(model);
    let model = model.split(['?', '#']).next().unwrap_or(model);
    let last = model.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(model);
    without_ending(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_model_that_comes_along() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let folders =
            std::fs::read_dir(models).expect("it is there").flatten().filter(|entry| entry.path().join("model_index.json").is_file());
        let mut found: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        let mut known = BUILTINS.map(String::from).to_vec();
        found.sort();
        known.sort();
        assert_eq!(found, known);
        assert_eq!(builtin_named("digits").as_deref(), Some("builtin:digits"));
        assert_eq!(builtin_named("emoji-fast").as_deref(), Some("builtin:emoji-fast"));
        assert_eq!(geared("builtin:emoji-fast"), Some(("builtin:emoji".into(), "fast")));
        assert_eq!((builtin_named("builtin:emoji").as_deref(), builtin_named("v1-5")), (Some("builtin:emoji"), None));
    }

    #[test]
    fn a_model_is_called_by_its_own_name() {
        for (model, expected) in [
            ("builtin:digits", "digits"),
            ("models/digits/", "digits"),
            ("/home/somebody/v1-5.pruned.safetensors", "v1-5.pruned"),
            ("v1.5", "v1.5"),
            ("http://127.0.0.1/owner/name.gguf?download=true", "name"),
            ("C:\\models\\mine.ckpt", "mine"),
        ] {
            assert_eq!(name(model), expected);
        }
    }
}
