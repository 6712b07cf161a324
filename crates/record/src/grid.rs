//! Runs side by side: up to three settings, several values each, every combination one cell.
//!
//! An axis is typed as `steps=8,16,32`: a field of the settings' JSON, or its flag (`clip-skip`), and values between commas (`\,` is a comma
//! inside a value, `1..4` is 1,2,3,4). `prompt:cat=cat,dog,fox` writes each value in the place of `cat`; `lora:ink=0,0.5,1` are weights of
//! the LoRA `ink`. Lists are spelled as their flags spell them: `guidance-curve=1\,7.5\,3,7.5`, `swap=cat=dog,cat=fox`, `mix=a dog:0.2,a dog:0.5`;
//! there, a value that is empty is no list at all.
//! It knows what the cells are, not how they are made; how they are drawn is in `sheet.rs`.
//!
//! ```
//! use decant_record::Grid;
//! use decant_sd::request::Request;
//!
//! let grid = Grid::new(&["steps=8,16".into(), "prompt:cat=cat,dog".into()])?;
//! let base = Request { prompt: "a cat".into(), ..Request::default() };
//! let cells = grid.cells(&base)?;
//! assert_eq!((cells.len(), cells[3].steps, cells[3].prompt.as_str()), (4, Some(16), "a dog"));
//! # Ok::<(), decant_record::Error>(())
//! ```

mod list;

use crate::Error;
use decant_sd::request::{GRID_CELLS, Request, SETTINGS, SettingRow};
use list::List;
use serde_json::Value;

/// Axes: columns, rows, blocks of rows.
const MOST_AXES: usize = 3;
/// Cells of one grid.
const MOST_CELLS: usize = GRID_CELLS[0];
/// The setting of an axis over a LoRA's weight.
const LORA: &str = "loras";

/// Up to three axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    axes: Vec<Axis>,
}

/// One setting and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Axis {
    /// As typed.
    typed: String,
    /// A field of the settings' JSON.
    field: String,
    /// What a value replaces in the field's text, instead of the whole field; of `lora`, whose weight it is.
    replaces: Option<String>,
    values: Vec<String>,
}

impl Grid {
    /// From axes as they are typed: columns, rows, blocks.
    ///
    /// # Errors
    /// One sentence about the first axis that has no name, no values or too many.
    pub fn new(axes: &[String]) -> Result<Grid, Error> {
        let axes: Vec<Axis> = axes.iter().map(|typed| Axis::parse(typed)).collect::<Result<_, _>>()?;
        let wrong = |problem: String| Error::Axis { axis: axes.last().map_or_else(String::new, |axis| axis.typed.clone()), problem };
        if axes.is_empty() || axes.len() > MOST_AXES {
            return Err(wrong(format!("expected one to {MOST_AXES} axes, got {}; draw several grids", axes.len())));
        }
        let same = |axis: &Axis| axes.iter().filter(|other| (&other.field, &other.replaces) == (&axis.field, &axis.replaces)).count() > 1;
        if axes.iter().any(same) {
            return Err(wrong("another axis turns the same setting; give each its own".into()));
        }
        let cells = axes.iter().map(|axis| axis.values.len()).fold(1usize, usize::saturating_mul);
        if cells > MOST_CELLS {
            return Err(wrong(format!("{cells} pictures are more than the {MOST_CELLS} of one grid; take fewer values")));
        }
        Ok(Grid { axes })
    }

    /// Columns, rows, blocks; an axis that is not there has one value.
    pub fn size(&self) -> [usize; 3] {
        std::array::from_fn(|i| self.axes.get(i).map_or(1, |axis| axis.values.len()))
    }

    /// What stands beside the `value`th value of an axis; none where there is no such axis.
    pub fn label(&self, axis: usize, value: usize) -> Option<String> {
        let axis = self.axes.get(axis)?;
        let value = axis.values.get(value)?;
        Some(match (&*axis.field, &axis.replaces) {
            (LORA, Some(name)) => format!("{name} {value}"),
            ("prompt", _) | (_, Some(_)) => value.clone(),
            (field, _) if value.is_empty() => format!("no {field}"),
            ("swaps" | "mixes" | "losses", _) => value.clone(),
            (field, None) => format!("{field} {value}"),
        })
    }

    /// Which cell the `at`th of [`Grid::cells`] is, in words: its value on each axis.
    pub fn place(&self, at: usize) -> String {
        let [columns, rows, _] = self.size();
        let values = [at % columns, at / columns % rows, at / columns / rows];
        (0..3).filter_map(|axis| self.label(axis, values[axis])).collect::<Vec<_>>().join(", ")
    }

    /// The axes as they were typed.
    pub fn typed(&self) -> Vec<String> {
        self.axes.iter().map(|axis| axis.typed.clone()).collect()
    }

    /// One request for each cell: columns fastest, then rows, then blocks.
    ///
    /// # Errors
    /// One sentence about the first value that its setting cannot have.
    pub fn cells(&self, base: &Request) -> Result<Vec<Request>, Error> {
        let mut cells = vec![base.clone()];
        for axis in self.axes.iter().rev() {
            let each = cells.iter().flat_map(|cell| axis.values.iter().map(|value| axis.apply(cell, value)));
            cells = each.collect::<Result<_, _>>()?;
        }
        Ok(cells)
    }
}

impl Axis {
    fn parse(typed: &str) -> Result<Axis, Error> {
        let wrong = |problem: &str| Error::Axis { axis: typed.into(), problem: problem.into() };
        let expected = "expected NAME=VALUE,VALUE,… such as steps=8,16,32 or prompt:cat=cat,dog";
        let (name, values) = typed.split_once('=').ok_or_else(|| wrong(expected))?;
        let (name, replaces) = name.split_once(':').map_or((name, None), |(name, replaces)| (name, Some(replaces.to_string())));
        if name.trim().is_empty() || replaces.as_deref() == Some("") {
            return Err(wrong(expected));
        }
        let values: Vec<String> = pieces(values).into_iter().flat_map(|value| range(&value).unwrap_or_else(|| vec![value])).collect();
        let field = setting(name);
        let may_be_empty = replaces.is_some() || ["prompt", "negative"].contains(&field.as_str()) || List::of(&field).is_some();
        if values.iter().any(|value| value.is_empty()) && !may_be_empty {
            return Err(wrong("a value is empty; expected values between commas"));
        }
        Ok(Axis { typed: typed.into(), field, replaces, values })
    }

    fn apply(&self, request: &Request, value: &str) -> Result<Request, Error> {
        let wrong = |problem: String| Error::Axis { axis: self.typed.clone(), problem };
        if let (LORA, Some(name)) = (&*self.field, &self.replaces) {
            return weighed(request, name, value).map_err(wrong);
        }
        let with = |value: Value| request.with(&self.field, value);
        let made = match &self.replaces {
            Some(text) => {
                let fields: Value = serde_json::from_str(&request.to_json()).expect("a request's JSON is JSON");
                let whole = fields[&self.field].as_str().unwrap_or_default();
                if !whole.contains(text.as_str()) {
                    return Err(wrong(format!("{} is {whole:?}, which does not contain {text:?}", self.field)));
                }
                with(whole.replace(text.as_str(), value).into())
            }
            // A number where the setting takes one, else a text.
            None if List::of(&self.field).is_some() && !value.starts_with('[') => {
                let list = List::of(&self.field).expect("it was just looked at");
                with((list.read)(value).map_err(|expected| wrong(format!("{value:?} is no value of {}: {expected}", self.field)))?)
            }
            None => match serde_json::from_str::<Value>(value).ok().filter(|value| !value.is_string() && !value.is_null()) {
                Some(number) => with(number).or_else(|error| with(value.into()).map_err(|_| error)),
                None => with(value.into()),
            },
        };
        made.map_err(|error| wrong(error.to_string()))
    }
}

/// The request with another weight of a LoRA that it uses.
fn weighed(request: &Request, name: &str, value: &str) -> Result<Request, String> {
    let mut request = request.clone();
    let weight = value.parse::<f32>().ok().filter(|weight| weight.is_finite());
    let weight = weight.ok_or_else(|| format!("{value:?} is no weight; expected a number such as 0.8"))?;
    let names: Vec<String> = request.loras.iter().map(|used| used.name.clone()).collect();
    let used = request.loras.iter_mut().find(|used| used.name == name);
    used.ok_or_else(|| format!("no LoRA called {name:?} is used, expected one of {names:?}"))?.weight = weight;
    Ok(request)
}

/// A setting's name in JSON, from that or from its flag: `clip-skip` is the flag of `clipSkip`, `swap` that of `swaps`. What is neither is
/// spelled as a name in JSON would be.
pub fn setting(name: &str) -> String {
    let known = |row: &&SettingRow| row.name == name.trim() || row.flag.name() == Some(name.trim());
    if let Some(row) = SETTINGS.iter().find(known) {
        return row.name.into();
    }
    let mut words = name.trim().split('-');
    let first = words.next().unwrap_or_default().to_string();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        name + &letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default() + letters.as_str()
    })
}

/// What stands between commas; `\,` is a comma.
fn pieces(values: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut letters = values.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&',') => pieces.last_mut().expect("never empty").extend(letters.next()),
            ',' => pieces.push(String::new()),
            _ => pieces.last_mut().expect("never empty").push(letter),
        }
    }
    pieces.iter().map(|piece| piece.trim().to_string()).collect()
}

/// `1..4`, both ends included.
fn range(value: &str) -> Option<Vec<String>> {
    let (first, last) = value.split_once("..")?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    // One more than can be used, so that the refusal counts it.
    (first <= last).then(|| (first..=last).take(MOST_CELLS + 1).map(|number| number.to_string()).collect())
}

#[cfg(test)]
mod tests;
