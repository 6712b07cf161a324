//! What a request says of losses: each can be read, and goes with the rest.

use super::{Request, setting};
use crate::error::{Error, Value};
use crate::sentence;

impl Request {
    /// Refuses losses that cannot be read or followed. Needs no model.
    ///
    /// # Errors
    /// One sentence about the first of them.
    pub(super) fn check_losses(&self) -> Result<(), Error> {
        self.losses.iter().try_for_each(|loss| loss.check())?;
        let refuse = |problem| Err(Error::Settings { problem });
        let (name, exact) = (Value::setting("losses"), Value::setting("lossExact"));
        let resembles = self.losses.iter().any(|loss| loss.picture);
        match &self.images.loss {
            None if resembles => return refuse(sentence!("{name}: the picture to resemble is missing; give one", name)),
            Some(_) if !resembles => {
                return refuse(sentence!("{name}: a picture to resemble is given, and no loss takes it; leave it out", name));
            }
            _ => {}
        }
        let counts = [("lossEvery", Some(self.loss_every)), ("lossFrom", Some(self.loss_from)), ("lossUntil", self.loss_until)];
        for (name, count) in counts {
            let row = setting(name);
            if let (Some(got), Some([least, most])) = (count.filter(|count| !row.holds(*count as f64)), row.range) {
                return refuse(sentence!(
                    "{name} is {got}, expected {least} to {most} steps",
                    name = Value::setting(name),
                    got,
                    least,
                    most
                ));
            }
        }
        if self.loss_until.is_some_and(|until| until <= self.loss_from) {
            let (until, from) = (Value::setting("lossUntil"), Value::setting("lossFrom"));
            return refuse(sentence!("{until} is not more than {from}, so no step is pulled; let it end after it begins", until, from));
        }
        if self.loss_exact && (self.rescale != 0.0 || self.cfgpp) {
            let other = Value::setting(if self.cfgpp { "cfgpp" } else { "rescale" });
            return refuse(sentence!("{exact} does not go with {other}; leave one out", exact, other));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::Loss;
    use crate::request::Defaults;

    fn refusal(json: &str) -> String {
        let request = Request::from_json(json).expect("an object of settings");
        request.resolve(&Defaults::of_tests(20), 8).expect_err("it is refused").to_string()
    }

    #[test]
    fn losses_are_plain_objects() {
        let json = r##"{"losses":[{"expression":"mean(abs(blue - 0.9))","scale":200},{"palette":["#102030"],"scale":5}],"lossEvery":3,"lossUntil":12}"##;
        let request = Request::from_json(json).expect("as documented");
        assert_eq!((request.losses.len(), request.loss_every, request.loss_until), (2, 3, Some(12)));
        assert_eq!(Request::from_json(&request.to_json()).expect("it was just written"), request);
        assert!(request.resolve(&Defaults::of_tests(20), 8).is_ok());
        let plain = Request::from_json(r#"{"losses": [{"expression": "mean(red)"}]}"#).expect("as documented");
        assert_eq!(plain.losses, [Loss { expression: Some("mean(red)".into()), scale: 1.0, ..Loss::default() }]);
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        assert!(refusal(r#"{"losses": [{"picture": true}]}"#).contains("the picture to resemble is missing"));
        assert!(refusal(r#"{"losses": [{"expression": "mean(red"}]}"#).contains("character 5: this parenthesis is not closed"));
        let blue = r#""losses": [{"expression": "mean(blue)"}]"#;
        assert!(refusal(&format!(r#"{{{blue}, "lossEvery": 0}}"#)).contains("lossEvery is 0, expected 1 to 1000 steps"));
        assert!(refusal(&format!(r#"{{{blue}, "lossFrom": 5, "lossUntil": 5}}"#)).contains("so no step is pulled"));
        assert!(refusal(&format!(r#"{{{blue}, "lossExact": true, "rescale": 0.5}}"#)).contains("lossExact does not go with rescale"));
    }
}
