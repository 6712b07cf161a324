//! A run as it went: one frame a step, the noisy latents on the left, the predicted picture without noise on the right.
//!
//! It makes frames, and APNG files of them; other formats are made by who wants them, from the same frames.

use crate::canvas::{add, encoded};
use crate::{Canvas, Error};
use decant_sd::picture::Picture;
use decant_sd::sentence;

/// Frames at most: of longer runs, every second, third, … step is kept, so that memory is bounded.
const MOST_FRAMES: usize = 200;
/// Milliseconds that a step is shown, and the last frame.
pub const SHOWN: [u16; 2] = [120, 1500];

/// Frames of one size, as they come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Animation {
    width: usize,
    height: usize,
    frames: Vec<Canvas>,
}

impl Animation {
    /// Of a run whose picture will be so large.
    pub fn new(width: usize, height: usize) -> Animation {
        Animation { width, height, frames: vec![] }
    }

    /// Takes a step's two pictures, of any size that divides the picture's; the noisy one is a pixel per latent place.
    pub fn step(&mut self, index: usize, total: usize, noisy: &Picture, denoised: &Picture) {
        let every = total.div_ceil(MOST_FRAMES).max(1);
        if index.is_multiple_of(every) {
            self.frames.push(self.pair(noisy, denoised));
        }
    }

    /// Takes the finished picture, on both sides: there is no noise left in it.
    pub fn finish(&mut self, picture: &Picture) {
        self.frames.push(self.pair(picture, picture));
    }

    /// Two panels side by side, each as large as the picture.
    fn pair(&self, left: &Picture, right: &Picture) -> Canvas {
        let mut frame = Canvas::filled(self.width * 2, self.height, [0; 3]);
        for (panel, picture) in [left, right].into_iter().enumerate() {
            let zoom = (self.width / picture.width.max(1)).max(1);
            frame.draw(&Canvas::from(picture), panel * self.width, 0, zoom);
        }
        frame
    }

    /// The frames, in order.
    pub fn frames(&self) -> &[Canvas] {
        &self.frames
    }

    /// As an animated PNG that runs for ever and carries these texts, by keyword ([`crate::Record::texts`]); a reader that knows no animations
    /// shows the first frame.
    ///
    /// # Errors
    /// [`Error::Write`] where there are no frames, or they are larger than a PNG can be.
    pub fn apng(&self, texts: &[(&str, &str)]) -> Result<Vec<u8>, Error> {
        let (width, height) = (self.width * 2, self.height);
        if self.frames.is_empty() {
            return Err(Error::Write { width, height, problem: sentence!("the run had no steps to show") });
        }
        encoded(width, height, |mut encoder| {
            texts.iter().try_for_each(|(keyword, text)| add(&mut encoder, keyword, text))?;
            encoder.set_animated(self.frames.len() as u32, 0)?;
            let mut writer = encoder.write_header()?;
            for (index, frame) in self.frames.iter().enumerate() {
                let last = index + 1 == self.frames.len();
                writer.set_frame_delay(SHOWN[last as usize], 1000)?;
                writer.write_image_data(&frame.rgb)?;
            }
            writer.finish()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(side: usize, value: f32) -> Picture {
        Picture { width: side, height: side, values: vec![value; 3 * side * side] }
    }

    #[test]
    fn a_run_becomes_frames_of_two_panels() {
        let mut animation = Animation::new(16, 16);
        for index in 0..3 {
            animation.step(index, 3, &grey(2, 0.0), &grey(16, 1.0));
        }
        animation.finish(&grey(16, 0.5));
        let row = &animation.frames()[0].rgb[15 * 32 * 3..];
        assert_eq!((row[0], row[15 * 3], row[16 * 3], row[31 * 3]), (0, 0, 255, 255));
        let bytes = animation.apng(&[("decant", "{\"settings\": {\"steps\": 3}}")]).expect("it has frames");
        assert_eq!(crate::read(&bytes).expect("it carries a record").record.settings.steps, Some(3));
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("it is a PNG");
        assert_eq!(reader.info().animation_control().map(|control| control.num_frames), Some(4));
        let mut frame = vec![0; reader.output_buffer_size().expect("it is small")];
        for expected in animation.frames() {
            reader.next_frame(&mut frame).expect("there is another");
            assert_eq!(frame, expected.rgb);
        }
    }

    #[test]
    fn long_runs_are_thinned_and_empty_ones_refused() {
        let mut animation = Animation::new(1, 1);
        (0..1000).for_each(|index| animation.step(index, 1000, &grey(1, 0.0), &grey(1, 0.0)));
        assert_eq!(animation.frames().len(), 200);
        let empty = Animation::new(8, 8).apng(&[]).expect_err("there is no frame").to_string();
        assert_eq!(empty, "a picture of 16×8 cannot be written: the run had no steps to show");
    }
}
