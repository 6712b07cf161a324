//! A loss that wants few colours: each pixel near to one of them.

use super::Pixels;
use crate::error::{Error, Value};
use crate::sentence;

/// Colours, 0 to 1.
pub(crate) struct Palette(Vec<[f32; 3]>);

impl Palette {
    /// Reads `#rrggbb` or `#rgb`.
    pub fn parse(colours: &[String]) -> Result<Palette, Error> {
        let read = |colour: &String| {
            let name = Value::setting("losses");
            let problem = || sentence!("{name}: {got} is no colour, expected #rrggbb, such as #2060c0", name, got = Value::quoted(colour));
            colour_of(colour).ok_or_else(|| Error::Settings { problem: problem() })
        };
        Ok(Palette(colours.iter().map(read).collect::<Result<_, Error>>()?))
    }

    /// The mean over all pixels of the squared distance to the nearest colour; at the same distance from two, the first.
    pub fn with_gradient(&self, picture: &Pixels) -> (f64, Vec<f32>) {
        let (count, mut loss) = ((picture.width * picture.height) as f64, 0.0);
        let mut gradient = Vec::with_capacity(picture.rgb.len());
        for pixel in picture.rgb.chunks_exact(3) {
            let distance = |colour: &[f32; 3]| pixel.iter().zip(colour).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
            let nearest =
                self.0.iter().map(|colour| (distance(colour), colour)).reduce(|best, one| if one.0 < best.0 { one } else { best });
            let Some((distance, colour)) = nearest else { continue };
            loss += distance / count;
            gradient.extend(pixel.iter().zip(colour).map(|(a, b)| (2.0 * f64::from(a - b) / count) as f32));
        }
        (loss, gradient)
    }
}

fn colour_of(text: &str) -> Option<[f32; 3]> {
    let digits = text.trim().strip_prefix('#').filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()))?;
    let short = digits.len() == 3;
    if !short && digits.len() != 6 {
        return None;
    }
    let channel = |i: usize| {
        let part = if short { digits[i..=i].repeat(2) } else { digits[2 * i..2 * i + 2].to_string() };
        u8::from_str_radix(&part, 16).ok().map(|value| f32::from(value) / 255.0)
    };
    Some([channel(0)?, channel(1)?, channel(2)?])
}
