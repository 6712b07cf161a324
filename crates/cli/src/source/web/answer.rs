//! What a server's answer claims: which bytes of how many, of which version of the file. Nothing is believed that contradicts the question.

use super::trouble::Trouble;
use std::time::{Duration, SystemTime};

/// A server's answer: its headers, and its body as it comes.
pub(super) type Response = ureq::http::Response<ureq::Body>;

/// `Content-Range: bytes FIRST-LAST/TOTAL`, the last two of them unsaid as the server likes.
#[derive(Debug, PartialEq)]
pub(super) struct Claim {
    pub first: u64,
    pub last: u64,
    pub total: Option<u64>,
}

/// A header's text.
pub(super) fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// What tells one version of a file from the next, as far as the server shows it; empty where it shows nothing.
pub(super) fn validator(answer: &Response) -> String {
    ["etag", "last-modified"].into_iter().filter_map(|name| header(answer, name)).collect::<Vec<_>>().join(" ")
}

/// The length that is declared, of what is not packed.
pub(super) fn length(answer: &Response) -> Option<u64> {
    header(answer, "content-length")?.trim().parse().ok().filter(|_| packed(answer).is_none())
}

/// How the server has packed what it sends, which nobody asked for.
fn packed(answer: &Response) -> Option<&str> {
    header(answer, "content-encoding").filter(|packed| !packed.is_empty() && *packed != "identity")
}

/// A web page, which no file of a model is: what servers send for what they do not have.
pub(super) fn is_page(answer: &Response) -> bool {
    header(answer, "content-type").is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

/// The part that an answer of status 206 says it is. It begins where it was asked to and ends no later, or it is not believed.
pub(super) fn part(answer: &Response, [first, last]: [u64; 2]) -> Result<Claim, Trouble> {
    let kind = header(answer, "content-type").unwrap_or_default();
    if kind.trim_start().to_ascii_lowercase().starts_with("multipart/") {
        return Err(Trouble::Final("asked for one part of the file, the server answers with several in one (multipart/byteranges)".into()));
    }
    if let Some(packed) = packed(answer) {
        let problem =
            format!("the server sends parts of the file packed ({packed}), which cannot be put together; download the file yourself");
        return Err(Trouble::Final(problem));
    }
    let Some(text) = header(answer, "content-range") else {
        return Err(Trouble::Final("the server answers with a part of the file without saying which (no Content-Range)".into()));
    };
    let claim = claimed(text).ok_or_else(|| Trouble::Final(format!("the server's Content-Range {text:?} says nothing")))?;
    if claim.first != first || claim.last > last {
        let problem = format!("asked for bytes {first} to {last}, the server sent {} to {}", claim.first, claim.last);
        return Err(Trouble::broken(problem)); // a cache's mistake: the next answer may be right
    }
    Ok(claim)
}

fn claimed(text: &str) -> Option<Claim> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let total = if total.trim() == "*" { None } else { Some(total.trim().parse().ok()?) };
    Some(Claim { first, last, total }).filter(|claim| claim.first <= claim.last && total.is_none_or(|total| claim.last < total))
}

/// The whole length in an answer of status 416: `bytes */TOTAL`.
pub(super) fn beyond(answer: &Response) -> Option<u64> {
    header(answer, "content-range")?.rsplit('/').next()?.trim().parse().ok()
}

/// A date as servers write it (RFC 9110): `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split_once(',')?.1.split_whitespace().collect();
    let [day, month, year, time, "GMT"] = words[..] else { return None };
    let clock: Vec<u64> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hour, minute, second] = clock[..] else { return None };
    let (day, year) = (day.parse::<u64>().ok()?, year.parse::<u64>().ok().filter(|year| (1970..10_000).contains(year))?);
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    // Days since 1970, with years that begin in March (Howard Hinnant, "chrono-compatible low-level date algorithms").
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day.checked_sub(1)? - 719_468;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_or_nothing() {
        assert_eq!(claimed("bytes 0-99/1234"), Some(Claim { first: 0, last: 99, total: Some(1234) }));
        assert_eq!(claimed("bytes 7-7/*"), Some(Claim { first: 7, last: 7, total: None }));
        for text in ["", "bytes", "bytes */5", "bytes 5-4/9", "bytes 0-9/9", "bytes 0-9/-1", "bytes 0-9", "items 0-9/10", "bytes a-b/c"] {
            assert_eq!(claimed(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_seconds_since_1970() {
        let seconds = |text| date(text).and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok()).map(|since| since.as_secs());
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(seconds("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
    }
}
