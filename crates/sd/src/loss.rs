//! Losses on a step's predicted picture: what a run can be pulled by (fast.ai, lesson 9A).
//!
//! A loss is a number, and how it changes with each of the picture's numbers; both are worked out here, in f64. How that gradient goes back to
//! the latents, through the autoencoder or through the denoiser as well, is `pipeline/run/pulled.rs`.

mod expression;
mod palette;
mod resemblance;

pub use expression::Expression;
pub(crate) use palette::Palette;
pub(crate) use resemblance::Resemblance;

use crate::error::{Error, Value};
use crate::picture::Picture;
use crate::sentence;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The most losses of a run: each is worked out at each step that is pulled.
pub(crate) const MOST_LOSSES: usize = 20;
/// The largest scale, either way.
pub(crate) const MOST_SCALE: f32 = 1e9;

/// A picture's numbers as losses see them: half of what is decoded, and 0.5; not clamped.
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    /// Pixels along the top.
    pub width: usize,
    /// Pixels down a side.
    pub height: usize,
    /// Red, green, blue, row by row.
    pub rgb: &'a [f32],
}

/// What a run is pulled towards: one of an expression, a palette and a picture.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Loss {
    /// An [`Expression`] that should be small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// Colours as `#rrggbb`: the mean, over all pixels, of the squared distance to the nearest of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub palette: Vec<String>,
    /// Whether it should resemble the picture that comes with the request ([`crate::request::Images::loss`]): the mean of squared differences.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub picture: bool,
    /// Pixels of the Gaussian (its sigma) that both pictures are blurred by before they are compared.
    #[serde(skip_serializing_if = "is_zero")]
    pub blur: f32,
    /// What it is multiplied by: how strongly it pulls.
    #[serde(default = "one")]
    pub scale: f32,
}

fn one() -> f32 {
    1.0
}

fn is_zero(number: &f32) -> bool {
    *number == 0.0
}

/// As a list of settings spells it, the page's and a grid's: `mean(abs(blue - 0.9)):200`, `#204080,#e0c080:50`, `picture/8:100` (blurred by 8
/// pixels). Without a colon, the scale is 1. What it says is not read yet.
impl FromStr for Loss {
    type Err = String;

    fn from_str(typed: &str) -> Result<Loss, String> {
        let (what, scale) = match typed.rsplit_once(':') {
            Some((what, scale)) => (what, scale.trim().parse().map_err(|_| format!("{scale} is no number"))?),
            None => (typed, 1.0),
        };
        let loss = Loss { scale, ..Loss::default() };
        Ok(match what.trim() {
            colours if colours.starts_with('#') => {
                Loss { palette: colours.split(',').map(|colour| colour.trim().into()).collect(), ..loss }
            }
            "picture" => Loss { picture: true, ..loss },
            text => match text.strip_prefix("picture/").map(str::parse) {
                Some(Ok(blur)) => Loss { picture: true, blur, ..loss },
                _ => Loss { expression: Some(text.into()), ..loss },
            },
        })
    }
}

/// A loss, read and ready to be asked.
pub(crate) enum Reading {
    Expression(Expression),
    Palette(Palette),
    Resemblance(Resemblance),
}

impl Loss {
    /// Reads it, without a picture to resemble.
    ///
    /// # Errors
    /// One sentence: it is none of the three or several, an expression or a colour that cannot be read, a scale or a blur that is no number.
    pub fn check(&self) -> Result<(), Error> {
        let kinds = [self.expression.is_some(), !self.palette.is_empty(), self.picture];
        let (name, count) = (Value::setting("losses"), kinds.iter().filter(|kind| **kind).count());
        let refuse = |problem| Err(Error::Settings { problem });
        if count != 1 {
            return refuse(sentence!("{name}: each is one of expression, palette and picture, got {count} of them", name, count));
        }
        if self.scale.is_nan() || self.scale.abs() > MOST_SCALE {
            let (got, most) = (self.scale, f64::from(MOST_SCALE));
            return refuse(sentence!("{name}: its scale is {got}, expected a number up to {most}; 200 is usual", name, got, most));
        }
        if !(0.0..=resemblance::MOST_BLUR).contains(&self.blur) {
            let (got, most) = (self.blur, resemblance::MOST_BLUR);
            return refuse(sentence!("{name}: its blur is {got}, expected 0 to {most} pixels", name, got, most));
        }
        if self.blur > 0.0 && !self.picture {
            return refuse(sentence!("{name}: blur belongs to a picture to resemble; leave it out", name));
        }
        if let Some(text) = &self.expression {
            Expression::parse(text)?;
        }
        Palette::parse(&self.palette).map(|_| ())
    }

    /// Made ready for pictures of that size.
    ///
    /// # Errors
    /// As [`Loss::check`]; and where there is no picture to resemble.
    pub(crate) fn reading(&self, picture: Option<&Picture>, [width, height]: [usize; 2]) -> Result<Reading, Error> {
        self.check()?;
        if let Some(text) = &self.expression {
            return Ok(Reading::Expression(Expression::parse(text)?));
        }
        if !self.picture {
            return Ok(Reading::Palette(Palette::parse(&self.palette)?));
        }
        let name = Value::setting("losses");
        let missing = || Error::Settings { problem: sentence!("{name}: the picture to resemble is missing; give one", name) };
        Ok(Reading::Resemblance(Resemblance::new(picture.ok_or_else(missing)?, [width, height], self.blur)))
    }
}

impl Reading {
    /// The loss, and its gradient for each of the picture's numbers.
    pub fn with_gradient(&self, picture: &Pixels) -> (f64, Vec<f32>) {
        match self {
            Reading::Expression(expression) => expression.with_gradient(picture),
            Reading::Palette(palette) => palette.with_gradient(picture),
            Reading::Resemblance(resemblance) => resemblance.with_gradient(picture),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_graph::op::awkward;

    fn refusal(loss: Loss) -> String {
        loss.check().expect_err("it is refused").to_string()
    }

    #[test]
    fn what_cannot_be_followed_is_refused_in_a_sentence() {
        let blue = Loss { expression: Some("mean(blue)".into()), scale: 1.0, ..Loss::default() };
        assert!(blue.check().is_ok());
        assert!(refusal(Loss { palette: vec!["#fff".into()], ..blue.clone() }).ends_with("got 2 of them"));
        assert!(refusal(Loss { scale: 1.0, ..Loss::default() }).ends_with("got 0 of them"));
        assert!(refusal(Loss { scale: f32::NAN, ..blue.clone() }).contains("its scale is NaN"));
        assert!(refusal(Loss { blur: 3.0, ..blue.clone() }).contains("leave it out"));
        let palette = |colour: &str| Loss { expression: None, palette: vec![colour.into()], ..blue.clone() };
        assert!(palette("#10Ff00").check().is_ok() && palette("#1f0").check().is_ok());
        assert!(refusal(palette("blue")).contains(r##""blue" is no colour, expected #rrggbb, such as #2060c0"##));
        let picture = Loss { expression: None, picture: true, ..blue };
        let sentence = picture.reading(None, [8, 8]).err().expect("there is none").to_string();
        assert!(sentence.contains("the picture to resemble is missing"), "{sentence}");
    }

    #[test]
    fn a_line_says_a_loss() {
        let one = |typed: &str| typed.parse::<Loss>().expect("it reads");
        assert_eq!(
            one("mean(abs(blue - 0.9)):200"),
            Loss { expression: Some("mean(abs(blue - 0.9))".into()), scale: 200.0, ..Loss::default() }
        );
        assert_eq!(one("#204080, #e0c080"), Loss { palette: vec!["#204080".into(), "#e0c080".into()], scale: 1.0, ..Loss::default() });
        assert_eq!(one("picture/8:-1"), Loss { picture: true, blur: 8.0, scale: -1.0, ..Loss::default() });
        assert!("mean(red):much".parse::<Loss>().is_err());
    }

    /// By differences, as for expressions.
    #[test]
    fn gradients_are_what_differences_say() {
        let (width, height) = (6, 5);
        let rgb: Vec<f32> = awkward(3 * width * height, 3).iter().map(|v| 0.5 + 0.4 * v.sin()).collect();
        let target = Picture { width: 4, height: 7, values: (0..84).map(|i| (i * 37 % 256) as f32 / 255.0).collect() };
        let one = Loss { scale: 1.0, ..Loss::default() };
        let losses = [
            Loss { palette: vec!["#102030".into(), "#e0c080".into(), "#40ff40".into()], ..one.clone() },
            Loss { picture: true, ..one.clone() },
            Loss { picture: true, blur: 1.3, ..one },
        ];
        for loss in losses {
            let reading = loss.reading(Some(&target), [width, height]).unwrap_or_else(|e| panic!("{e}"));
            let at = |rgb: &[f32]| reading.with_gradient(&Pixels { width, height, rgb });
            let (_, gradient) = at(&rgb);
            for i in 0..rgb.len() {
                let moved = |by: f32| {
                    let mut moved = rgb.clone();
                    moved[i] += by;
                    (at(&moved).0, f64::from(moved[i]))
                };
                let ((up, high), (down, low)) = (moved(1e-3), moved(-1e-3));
                let difference = (up - down) / (high - low);
                assert!((difference - f64::from(gradient[i])).abs() < 1e-5, "{loss:?}: {difference}, {} at {i}", gradient[i]);
            }
        }
    }
}
