//! A request as JSON: an object of what is not usual. Field names are in `web/api/decant.d.ts` (`Settings`).
//!
//! What cannot be read is said in words of settings (`refused`), not of Rust's types.

use super::{Request, SETTINGS, SettingRow};
use crate::error::{Error, Sentence, Value, did_you_mean};
use crate::sentence;
use decant_solver::nearest;
use serde_json::{Map, Value as Json};

impl Request {
    /// Reads an object; what it leaves out is as usual, null too.
    ///
    /// # Errors
    /// One sentence about the first field that is unknown or holds something else than it should.
    pub fn from_json(text: &str) -> Result<Request, Error> {
        let fields = match crate::json::unique(text.as_bytes()) {
            Ok(Json::Object(fields)) => fields,
            Ok(other) => {
                let (example, got) = (r#"{"steps": 9}"#, short(&other.to_string()));
                return Err(refused(sentence!("expected an object such as {example}, got {got}", example, got)));
            }
            Err(error) => return Err(refused(sentence!("this is no JSON: {error}", error = error.to_string()))),
        };
        // One field at a time, so that the sentence can name it.
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let one = Json::Object(Map::from_iter([(name.clone(), value.clone())]));
            serde_json::from_value::<Request>(one).map_err(|error| refused(problem(name, value, &error.to_string())))?;
        }
        let given = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
        serde_json::from_value(Json::Object(given)).map_err(|error| refused(Sentence::english(error.to_string())))
    }

    /// Writes an object of all that is not usual, on one line.
    pub fn to_json(&self) -> String {
        let (mut fields, usual) = (fields(self), fields(&Request::default()));
        fields.retain(|name, value| usual.get(name) != Some(value));
        Json::Object(fields).to_string()
    }

    /// The same, with one setting as usual again, by its name in JSON, and what belongs to it alone.
    ///
    /// # Errors
    /// No setting is called so; or it holds a number that JSON cannot say.
    pub fn without(&self, name: &str) -> Result<Request, Error> {
        self.all_finite()?;
        let mut fields = fields(&self.without_companions(name));
        let Some(usual) = self::fields(&Request::default()).remove(name) else { return Err(refused(unknown(name, fields.keys()))) };
        fields.insert(name.into(), usual);
        let left: Request = serde_json::from_value(Json::Object(fields)).map_err(|error| refused(Sentence::english(error.to_string())))?;
        Ok(Request { images: self.images.clone(), attention: self.attention, ..left })
    }
}

impl Request {
    /// The same, with another value of one setting, by its name in JSON. Null is as usual.
    ///
    /// # Errors
    /// As [`Request::from_json`], and where it holds a number that JSON cannot say.
    pub fn with(&self, name: &str, value: Json) -> Result<Request, Error> {
        self.all_finite()?;
        let base = if value.is_null() { self.without_companions(name) } else { self.clone() };
        let (mut fields, usual) = (fields(&base), self::fields(&Request::default()));
        // A sentence is about what was given, not about what is usual.
        fields.retain(|name, value| usual.get(name) != Some(value));
        fields.insert(name.into(), value);
        let made = Request::from_json(&Json::Object(fields).to_string())?;
        Ok(Request { images: self.images.clone(), attention: self.attention, ..made })
    }

    /// The settings that are not as usual.
    pub fn given(&self) -> impl Iterator<Item = &'static SettingRow> {
        let (fields, usual) = (fields(self), fields(&Request::default()));
        SETTINGS.iter().filter(move |row| fields.get(row.name) != usual.get(row.name))
    }
}

impl Request {
    /// Without what says nothing where this setting is as usual.
    fn without_companions(&self, name: &str) -> Request {
        if name == "hires" { self.without_second_pass() } else { self.clone() }
    }

    /// Refuses NaN and infinity: JSON has no word for them, and null would be as usual.
    fn all_finite(&self) -> Result<(), Error> {
        let Request { guidance, eta, rescale, guidance_from, guidance_until, guidance_curve, strength, hires, hires_strength, .. } = self;
        let one = |name, number: &f32| (name, f64::from(*number));
        let double = |name, number: &f64| (name, *number);
        let shares = self.swaps.iter().flat_map(|swap| &swap.with).map(|share| one("swaps", &share.weight));
        let factors = self.mixes.iter().map(|mix| one("mixes", &mix.factor));
        let loras = self.loras.iter().flat_map(|lora| [Some(lora.weight), lora.text]).flatten().map(|weight| one("loras", &weight));
        let singles = guidance.iter().map(|number| one("guidance", number)).chain([one("rescale", rescale)]);
        let curve = guidance_curve.iter().map(|number| one("guidanceCurve", number));
        let doubles = [("eta", eta), ("strength", strength), ("hires", hires), ("hiresStrength", hires_strength)];
        let doubles = doubles.into_iter().filter_map(|(name, number)| Some(double(name, number.as_ref()?)));
        let ends = [double("guidanceFrom", guidance_from), double("guidanceUntil", guidance_until)];
        let losses = self.losses.iter().flat_map(|loss| [one("losses", &loss.scale), one("losses", &loss.blur)]);
        let mut all = singles.chain(curve).chain(doubles).chain(ends).chain(shares).chain(factors).chain(loras).chain(losses);
        match all.find(|(_, number)| !number.is_finite()) {
            Some((name, number)) => {
                Err(refused(sentence!("{name} is {number}, expected a finite number", name = Value::setting(name), number)))
            }
            None => Ok(()),
        }
    }
}

fn fields(request: &Request) -> Map<String, Json> {
    // Through text, where an f32 is written short: 7.3, not 7.300000190734863.
    serde_json::to_string(request).and_then(|text| serde_json::from_str(&text)).expect("a request holds nothing that JSON cannot say")
}

fn refused(problem: Sentence) -> Error {
    Error::Settings { problem }
}

/// What serde expects, and what that is to a person.
fn expected(serde: &str) -> Option<Sentence> {
    Some(match serde {
        "usize" | "u64" => sentence!("a whole number, 0 or more"),
        "f32" | "f64" => sentence!("a number"),
        "a boolean" => sentence!("true or false"),
        "a string" => sentence!("a text"),
        "a sequence" => sentence!("a list"),
        "an array of length 4" => sentence!("a list of four numbers"),
        "struct Swap" => sentence!("an object of token and with"),
        "struct Share" => sentence!("an object of token and weight"),
        "struct Mix" => sentence!("an object of prompt and factor"),
        "struct Loss" => sentence!("an object of expression or palette, and scale"),
        "struct LoraUse" => sentence!("an object of name and weight"),
        _ => return None,
    })
}

/// What serde says it got, and what that is to a person.
fn got(serde: &str) -> Sentence {
    let plain = |text: &str, most| short_to(most, &text.replace('`', ""));
    if let Some(text) = serde.strip_prefix("string ") {
        return sentence!("the text {text}", text = plain(text, MOST - "the text ".len()));
    }
    match serde {
        "sequence" => sentence!("a list"),
        "map" => sentence!("an object"),
        _ => {
            let number = ["integer ", "floating point ", "boolean "].iter().find_map(|kind| serde.strip_prefix(kind));
            sentence!("{got}", got = plain(number.unwrap_or(serde), MOST))
        }
    }
}

/// serde's sentence about a field, as a sentence about a setting.
fn problem(name: &str, value: &Json, message: &str) -> Sentence {
    let setting = Value::setting(name);
    let quoted = || message.split('`').skip(1).step_by(2);
    let (first, others) = (quoted().next().unwrap_or_default(), quoted().skip(1));
    if message.starts_with("unknown field") {
        let problem = unknown(first, others);
        return if first == name { problem } else { sentence!("{name}: {problem}", name = setting, problem) };
    }
    if message.starts_with("unknown variant") {
        let known: Vec<&str> = others.collect();
        let hint = did_you_mean(nearest(first, known.iter().copied()).as_deref());
        return sentence!("{name} is {got}, expected one of {known}; {hint}", name = setting, got = Value::quoted(first), known, hint);
    }
    if message.starts_with("missing field") {
        return sentence!("{name}: {field} is missing", name = setting, field = first);
    }
    let (found, wanted) = message.split_once(", expected ").unwrap_or((message, ""));
    let Some(expected) = expected(wanted) else {
        return sentence!("{name}: {problem}", name = setting, problem = Sentence::english(message.to_string()));
    };
    // What is wrong lies inside of a list or an object, unless that is what is wrong.
    match (value, found.split_once(": ")) {
        (Json::Array(_), Some((_, found))) if found != "sequence" => {
            sentence!("{name} holds {got}, expected {expected}", name = setting, got = got(found), expected)
        }
        _ => sentence!("{name} is {got}, expected {expected}", name = setting, got = short(&value.to_string()), expected),
    }
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = impl AsRef<str> + 'a>) -> Sentence {
    let known: Vec<String> = known.map(|name| name.as_ref().to_string()).collect();
    let (name, near) = (short(name), nearest(name, known.iter().map(String::as_str)));
    match near {
        Some(near) => sentence!("there is no {name}, expected one of {known}; did you mean {near}?", name, known, near),
        None => sentence!("there is no {name}, expected one of {known}", name, known),
    }
}

/// The most characters of what was given that a sentence repeats.
const MOST: usize = 60;

fn short(text: &str) -> String {
    short_to(MOST, text)
}

fn short_to(most: usize, text: &str) -> String {
    let mut letters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let begin: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() { format!("{begin}…") } else { begin }
}

#[cfg(test)]
mod tests;
