//! The line to a server: asks for bytes, tries again when it breaks, goes on where it was, and gives up in a sentence. It knows no file.
//!
//! Its patience is the page's (`web/worker/line.js`); where that one asks a person at last, this one ends.

use super::answer::{self, Response};
use super::trouble::Trouble;
use crate::progress;
use std::cell::Cell;
use std::io::Read;
use std::time::{Duration, Instant, SystemTime};
use ureq::config::AutoHeaderValue;

/// Bytes after which a line that broke counts as mended.
const ENOUGH: u64 = 1 << 18;
/// What comes while a connection is twice as long as it may be silent: less is none.
const LEAST: u64 = 1024;

/// How long is waited for a server.
pub(super) struct Patience {
    /// Before the second, third and fourth try. Together as long as a change of wireless network takes.
    pub waits: Vec<Duration>,
    /// Without a byte, after which a connection counts as broken.
    pub silence: Duration,
    /// The longest wait that a server may ask for by `Retry-After`.
    pub longest: Duration,
}

impl Patience {
    /// The usual one, so many times: `DECANT_PATIENCE=3` waits three times as long for everything.
    ///
    /// # Errors
    /// The environment says something that is no such number.
    pub fn of_environment() -> Result<Patience, String> {
        let Some(typed) = std::env::var_os("DECANT_PATIENCE") else { return Ok(Patience::times(1.0)) };
        let times = typed.to_str().and_then(|text| text.parse().ok()).filter(|times| (0.001..=1000.0).contains(times));
        times.map(Patience::times).ok_or_else(|| format!("DECANT_PATIENCE is {typed:?}, expected a number from 0.001 to 1000"))
    }

    fn times(times: f64) -> Patience {
        let waits = [300, 1000, 2500].map(|wait| Duration::from_millis(wait).mul_f64(times)).to_vec();
        Patience { waits, silence: Duration::from_secs(30).mul_f64(times), longest: Duration::from_secs(60).mul_f64(times) }
    }
}

pub(super) struct Line {
    agent: ureq::Agent,
    patience: Patience,
    /// Whether any server ever answered: an address that never did is wrong rather than broken.
    answered: Cell<bool>,
}

impl Line {
    pub fn new(patience: Patience) -> Line {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // Bytes are counted, so nothing is to be packed on its way.
            .accept_encoding(AutoHeaderValue::Provided("identity".to_string().into()))
            .timeout_connect(Some(patience.silence))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence))
            .timeout_per_write(Some(patience.silence));
        Line { agent: config.build().into(), patience, answered: Cell::new(false) }
    }

    /// Does something again as long as the line breaks; `progress` grows while anything comes.
    pub fn persist<T>(&self, mut act: impl FnMut() -> Result<T, Trouble>, progress: impl Fn() -> u64) -> Result<T, String> {
        let (mut tries, mut before) = (0, progress());
        loop {
            let (reason, after) = match act() {
                Ok(done) => return Ok(done),
                Err(Trouble::Final(reason)) => return Err(reason),
                Err(Trouble::Broken(reason, after)) => (reason, after),
            };
            if !self.answered.get() {
                return Err(reason);
            }
            if progress().saturating_sub(before) >= ENOUGH {
                (tries, before) = (0, progress());
            }
            let Some(wait) = self.patience.waits.get(tries) else {
                return Err(format!("{reason}, {} times; try again later", tries + 1));
            };
            if let Some(after) = after.filter(|after| *after > self.patience.longest) {
                return Err(format!("{reason}, and asks for {} seconds of patience; try again then", after.as_secs()));
            }
            let wait = after.unwrap_or_default().max(*wait);
            let _shown = progress::Line::say(format!("{reason}; trying again in {:.1} s", wait.as_secs_f64()));
            std::thread::sleep(wait);
            tries += 1;
        }
    }

    /// One try: an answer, of whatever status, unless that says that another time would do.
    pub fn once(&self, address: &str, range: Option<[u64; 2]>) -> Result<Response, Trouble> {
        let mut request = self.agent.get(address);
        if let Some([first, last]) = range {
            request = request.header("Range", format!("bytes={first}-{last}"));
        }
        let answer = request.call().map_err(|error| Trouble::broken(self.worded(&error)))?;
        self.answered.set(true);
        let status = answer.status();
        if status.is_server_error() || matches!(status.as_u16(), 408 | 429) {
            return Err(Trouble::Broken(format!("the server answers with status {status}"), retry_after(&answer)));
        }
        Ok(answer)
    }

    /// The bytes of an answer as they come, to whoever takes them; `take` refuses what is too much.
    pub fn receive(&self, answer: Response, mut take: impl FnMut(&[u8]) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let mut body = answer.into_body().into_with_config().limit(u64::MAX).reader();
        let mut some = vec![0; 1 << 16];
        let (mut since, mut count) = (Instant::now(), 0);
        loop {
            match body.read(&mut some) {
                Ok(0) => return Ok(()),
                Ok(bytes) => {
                    take(&some[..bytes])?;
                    count += bytes as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Trouble::broken(self.silent(&error.to_string()))),
            }
            if since.elapsed() > 2 * self.patience.silence {
                if count < LEAST {
                    return Err(Trouble::broken(format!("{count} bytes came in {:.1} seconds", since.elapsed().as_secs_f64())));
                }
                (since, count) = (Instant::now(), 0);
            }
        }
    }

    fn worded(&self, error: &ureq::Error) -> String {
        match error {
            ureq::Error::HostNotFound => "there is no such host, or no network; check the address".into(),
            ureq::Error::TooManyRedirects => "the server sends from one address to the next without end".into(),
            ureq::Error::Timeout(_) => self.silent("timeout"),
            error => error.to_string(),
        }
    }

    /// A time-out in words.
    fn silent(&self, text: &str) -> String {
        if text.contains("timeout") || text.contains("timed out") {
            format!("nothing came for {} seconds", self.patience.silence.as_secs_f64())
        } else {
            text.into()
        }
    }
}

/// How long the server wants to be left alone, in seconds or until a date.
fn retry_after(answer: &Response) -> Option<Duration> {
    let text = answer::header(answer, "retry-after")?;
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    answer::date(text)?.duration_since(SystemTime::now()).ok()
}
