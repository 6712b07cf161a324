//! A request as JSON: an object of what is not usual. Field names are in `web/api/decant.d.ts` (`Settings`).
//!
//! What cannot be read is said in words of settings (`refused`), not of Rust's types.

use super::{Request, SETTINGS, SettingRow};
use crate::error::Error;
use decant_solver::nearest;
use serde_json::{Map, Value};

impl Request {
    /// Reads an object; what it leaves out is as usual, null too.
    ///
    /// # Errors
    /// One sentence about the first field that is unknown or holds something else than it should.
    pub fn from_json(text: &str) -> Result<Request, Error> {
        let fields = match crate::json::unique(text.as_bytes()) {
            Ok(Value::Object(fields)) => fields,
            Ok(other) => return Err(refused(format!("expected an object such as {{\"steps\": 9}}, got {}", short(&other.to_string())))),
            Err(error) => return Err(refused(format!("this is no JSON: {error}"))),
        };
        // One field at a time, so that the sentence can name it.
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let one = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
            serde_json::from_value::<Request>(one).map_err(|error| refused(problem(name, value, &error.to_string())))?;
        }
        let given = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
        serde_json::from_value(Value::Object(given)).map_err(|error| refused(error.to_string()))
    }

    /// Writes an object of all that is not usual, on one line.
    pub fn to_json(&self) -> String {
        let (mut fields, usual) = (fields(self), fields(&Request::default()));
        fields.retain(|name, value| usual.get(name) != Some(value));
        Value::Object(fields).to_string()
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
        let left: Request = serde_json::from_value(Value::Object(fields)).map_err(|error| refused(error.to_string()))?;
        Ok(Request { images: self.images.clone(), attention: self.attention, ..left })
    }
}

impl Request {
    /// The same, with another value of one setting, by its name in JSON. Null is as usual.
    ///
    /// # Errors
    /// As [`Request::from_json`], and where it holds a number that JSON cannot say.
    pub fn with(&self, name: &str, value: Value) -> Result<Request, Error> {
        self.all_finite()?;
        let base = if value.is_null() { self.without_companions(name) } else { self.clone() };
        let (mut fields, usual) = (fields(&base), self::fields(&Request::default()));
        // A sentence is about what was given, not about what is usual.
        fields.retain(|name, value| usual.get(name) != Some(value));
        fields.insert(name.into(), value);
        let made = Request::from_json(&Value::Object(fields).to_string())?;
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
        let mut all = singles.chain(curve).chain(doubles).chain(ends).chain(shares).chain(factors).chain(loras);
        match all.find(|(_, number)| !number.is_finite()) {
            Some((name, number)) => Err(refused(format!("{name} is {number}, expected a finite number"))),
            None => Ok(()),
        }
    }
}

fn fields(request: &Request) -> Map<String, Value> {
    // Through text, where an f32 is written short: 7.3, not 7.300000190734863.
    serde_json::to_string(request).and_then(|text| serde_json::from_str(&text)).expect("a request holds nothing that JSON cannot say")
}

fn refused(problem: String) -> Error {
    Error::Settings { problem }
}

/// What serde expects, and what that is to a person.
const EXPECTED: &[(&str, &str)] = &[
    ("usize", "a whole number, 0 or more"),
    ("u64", "a whole number, 0 or more"),
    ("f32", "a number"),
    ("f64", "a number"),
    ("a boolean", "true or false"),
    ("a string", "a text"),
    ("a sequence", "a list"),
    ("an array of length 4", "a list of four numbers"),
    ("struct Swap", "an object of token and with"),
    ("struct Share", "an object of token and weight"),
    ("struct Mix", "an object of prompt and factor"),
    ("struct LoraUse", "an object of name and weight"),
];
/// How serde begins to say what it got.
const GOT: &[(&str, &str)] =
    &[("string ", "the text "), ("integer ", ""), ("floating point ", ""), ("boolean ", ""), ("sequence", "a list"), ("map", "an object")];

/// serde's sentence about a field, as a sentence about a setting.
fn problem(name: &str, value: &Value, sentence: &str) -> String {
    let quoted = || sentence.split('`').skip(1).step_by(2);
    let (first, others) = (quoted().next().unwrap_or_default(), quoted().skip(1));
    if sentence.starts_with("unknown field") {
        let inside = if first == name { String::new() } else { format!("{name}: ") };
        return inside + &unknown(first, others);
    }
    if sentence.starts_with("unknown variant") {
        let known: Vec<&str> = others.collect();
        let hint = nearest(first, known.iter().copied()).map_or("choose one of these".into(), |near| format!("did you mean {near}?"));
        return format!("{name} is {first:?}, expected one of {}; {hint}", known.join(", "));
    }
    if sentence.starts_with("missing field") {
        return format!("{name}: {first} is missing");
    }
    let (got, expected) = sentence.split_once(", expected ").unwrap_or((sentence, ""));
    let Some((_, expected)) = EXPECTED.iter().find(|(serde, _)| *serde == expected) else { return format!("{name}: {sentence}") };
    // What is wrong lies inside of a list or an object, unless that is what is wrong.
    match (value, got.split_once(": ")) {
        (Value::Array(_), Some((_, got))) if got != "sequence" => format!("{name} holds {}, expected {expected}", plain(got)),
        _ => format!("{name} is {}, expected {expected}", short(&value.to_string())),
    }
}

fn plain(got: &str) -> String {
    let found = GOT.iter().find_map(|(serde, ours)| Some(format!("{ours}{}", got.strip_prefix(serde)?)));
    short(&found.unwrap_or_else(|| got.into()).replace('`', ""))
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = impl AsRef<str> + 'a>) -> String {
    let known: Vec<String> = known.map(|name| name.as_ref().to_string()).collect();
    let hint = nearest(name, known.iter().map(String::as_str)).map(|near| format!("; did you mean {near}?"));
    format!("there is no {}, expected one of {}{}", short(name), known.join(", "), hint.unwrap_or_default())
}

/// The most characters of what was given that a sentence repeats.
const MOST: usize = 60;

fn short(text: &str) -> String {
    let mut letters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let begin: String = letters.by_ref().take(MOST).collect();
    if letters.next().is_some() { format!("{begin}…") } else { begin }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Kind;
    use decant_solver::Sampler;

    #[test]
    fn what_is_written_is_read() {
        let request = Request {
            prompt: "a \"seven\"".into(),
            guidance: Some(7.3),
            seed: (1 << 53) - 1,
            sampler: Some(Sampler::Heun),
            ..Request::default()
        };
        assert_eq!(Request::from_json(&request.to_json()).expect("it was just written"), request);
        assert_eq!(Request::default().to_json(), "{}");
        assert_eq!(Request::from_json(r#"{"steps": null}"#).expect("null is as usual"), Request::default());
    }

    #[test]
    fn one_setting_is_as_usual_again() {
        let request = Request { guidance: Some(7.3), strength: Some(0.5), ..Request::default() };
        assert_eq!(request.without("strength").expect("a setting"), Request { strength: None, ..request.clone() });
        assert_eq!(request.without("count").expect("a setting"), request);
        assert!(request.without("strenght").expect_err("a slip").to_string().ends_with("; did you mean strength?"));
    }

    #[test]
    fn one_setting_is_another() {
        let request = Request { guidance: Some(7.3), attention: true, ..Request::default() };
        assert_eq!(request.with("steps", 9.into()).expect("a number"), Request { steps: Some(9), ..request.clone() });
        assert_eq!(request.with("guidance", Value::Null).expect("as usual"), Request { guidance: None, ..request.clone() });
        let wrong = request.with("steps", "x".into()).expect_err("no number").to_string();
        assert_eq!(wrong, "settings: steps is \"x\", expected a whole number, 0 or more");
        let given: Vec<&str> = request.given().map(|row| row.name).collect();
        assert_eq!(given, ["guidance"]);
    }

    #[test]
    fn a_second_pass_goes_with_all_that_belongs_to_it() {
        let request = Request::from_json(r#"{"hires": 2, "hiresBy": "lanczos", "hiresStrength": 0.5, "hiresSteps": 9, "steps": 4}"#);
        let request = Request { attention: true, ..request.expect("all of it is sound") };
        let plain = Request { steps: Some(4), attention: true, ..Request::default() };
        assert_eq!(request.without("hires").expect("a setting"), plain);
        assert_eq!(request.with("hires", Value::Null).expect("a setting"), plain);
    }

    #[test]
    fn what_json_cannot_say_is_refused_not_left_out() {
        let nan = Request { guidance: Some(f32::NAN), ..Request::default() };
        for made in [nan.with("hires", 1.5.into()), nan.without("steps")] {
            assert_eq!(made.expect_err("no number").to_string(), "settings: guidance is NaN, expected a finite number");
        }
        // Every number that a request holds: what is infinite in its place must not be as usual.
        let json = r#"{"guidance": 2, "eta": 0.5, "rescale": 0.5, "guidanceFrom": 0.1, "guidanceUntil": 0.9, "guidanceCurve": [2], "strength": 0.5,
            "hires": 2, "hiresStrength": 0.5, "swaps": [{"token": "a", "with": [{"token": "b", "weight": 1}]}],
            "mixes": [{"prompt": "c", "factor": 0.5}], "loras": [{"name": "ink", "weight": 0.5, "text": 0.25}]}"#;
        let whole = Request::from_json(json).expect("all of it is sound");
        let given: Vec<&str> = whole.given().map(|row| row.name).collect();
        let reals: Vec<&str> = SETTINGS.iter().filter(|row| matches!(row.kind, Kind::Real)).map(|row| row.name).collect();
        assert!(reals.iter().all(|name| given.contains(name)), "a new one also belongs into this test's request: {reals:?}");
        let infinite: [fn(&mut Request); 13] = [
            |request| request.guidance = Some(f32::INFINITY),
            |request| request.eta = Some(f64::INFINITY),
            |request| request.rescale = f32::INFINITY,
            |request| request.guidance_from = f64::INFINITY,
            |request| request.guidance_until = f64::INFINITY,
            |request| request.guidance_curve[0] = f32::INFINITY,
            |request| request.strength = Some(f64::INFINITY),
            |request| request.hires = Some(f64::INFINITY),
            |request| request.hires_strength = Some(f64::INFINITY),
            |request| request.swaps[0].with[0].weight = f32::INFINITY,
            |request| request.mixes[0].factor = f32::INFINITY,
            |request| request.loras[0].weight = f32::INFINITY,
            |request| request.loras[0].text = Some(f32::INFINITY),
        ];
        for change in infinite {
            let mut request = whole.clone();
            change(&mut request);
            let error = request.with("steps", 9.into()).expect_err("it cannot be written").to_string();
            assert!(error.ends_with(" is inf, expected a finite number"), "{error}");
        }
    }

    #[test]
    fn the_sentence_names_the_field() {
        let cases = [
            ("[1]", "settings: expected an object such as {\"steps\": 9}, got [1]"),
            (r#"{"steps": 9.5}"#, "settings: steps is 9.5, expected a whole number, 0 or more"),
            (r#"{"steps": -1}"#, "settings: steps is -1, expected a whole number, 0 or more"),
            (r#"{"steps": "many"}"#, "settings: steps is \"many\", expected a whole number, 0 or more"),
            (r#"{"guidance": [3]}"#, "settings: guidance is [3], expected a number"),
            (r#"{"guidanceCurve": 3}"#, "settings: guidanceCurve is 3, expected a list"),
            (r#"{"guidanceCurve": [1, "x"]}"#, "settings: guidanceCurve holds the text \"x\", expected a number"),
            (r#"{"pad": [1, 2]}"#, "settings: pad is [1,2], expected a list of four numbers"),
            (r#"{"emphasis": 1}"#, "settings: emphasis is 1, expected true or false"),
            (r#"{"prompt": 7}"#, "settings: prompt is 7, expected a text"),
            (r#"{"long": "chunk"}"#, "settings: long is \"chunk\", expected one of truncate, chunks, commas; did you mean chunks?"),
            (r#"{"mixes": ["a cat"]}"#, "settings: mixes holds the text \"a cat\", expected an object of prompt and factor"),
            (r#"{"mixes": [{"prompt": "a"}]}"#, "settings: mixes: factor is missing"),
            (r#"{"mixes": [{"promt": "a"}]}"#, "settings: mixes: there is no promt, expected one of prompt, factor; did you mean prompt?"),
        ];
        for (text, sentence) in cases {
            assert_eq!(Request::from_json(text).expect_err("it is wrong").to_string(), sentence);
        }
        let slip = Request::from_json(r#"{"stepz": 9}"#).expect_err("there is no such setting").to_string();
        assert!(
            slip.starts_with("settings: there is no stepz, expected one of prompt, ") && slip.ends_with("; did you mean steps?"),
            "{slip}"
        );
        assert!(Request::from_json("{").expect_err("it ends early").to_string().starts_with("settings: this is no JSON: EOF"));
        let sampler = Request::from_json(r#"{"sampler": "heum"}"#).expect_err("there is no such sampler").to_string();
        assert!(sampler.contains("did you mean heun?"), "{sampler}");
    }
}
