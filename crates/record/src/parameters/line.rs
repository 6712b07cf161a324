//! The last line of a `parameters` text: `name: value` pairs between commas, values with commas, colons or line ends as JSON strings.

/// As the tool's `quote`: a JSON string where the line could not be read otherwise.
pub(super) fn quote(value: &str) -> String {
    if value.contains([',', '\n', ':']) { serde_json::Value::from(value).to_string() } else { value.into() }
}

/// The pairs of a line, as the tool's regular expression finds them: `\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)`. Beyond it, a value may be
/// a list or an object of JSON, which web sites write without quotes.
pub(super) fn pairs(line: &str) -> Vec<(&str, String)> {
    let mut found = vec![];
    let mut rest = line;
    while let Some(colon) = rest.find(':') {
        // A name has no comma: what is before the last one is no pair.
        let name = rest[..colon].rsplit(',').next().unwrap_or_default().trim();
        let (value, after) = value(&rest[colon + 1..]);
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '-' | '/');
        if name.chars().count() >= 2 && name.chars().all(plain) {
            found.push((name, value));
        }
        rest = after;
    }
    found
}

/// A value, and what is behind the comma after it.
fn value(text: &str) -> (String, &str) {
    let text = text.trim_start();
    if let Some((quoted, after)) = quoted(text).or_else(|| json(text)) {
        return (quoted, after);
    }
    let end = text.find(',').unwrap_or(text.len());
    (text[..end].trim().into(), text.get(end + 1..).unwrap_or_default())
}

/// A JSON string that ends the line or is followed by a comma.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })?;
    let (whole, after) = text.split_at(end + 2);
    Some((serde_json::from_str(whole).ok()?, behind_comma(after)?))
}

/// A list or an object, as it stands there.
fn json(text: &str) -> Option<(String, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    let read = text.starts_with(['[', '{']).then(|| values.next()).flatten();
    read?.ok()?;
    let (whole, after) = text.split_at(values.byte_offset());
    Some((whole.into(), behind_comma(after)?))
}

/// What follows a value that ends the line or is followed by a comma.
fn behind_comma(after: &str) -> Option<&str> {
    let after = after.trim_start();
    if after.is_empty() { Some(after) } else { after.strip_prefix(',') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_as_the_tool_finds_them() {
        let cases: [(&str, &[(&str, &str)]); 8] = [
            ("Steps: 20, Sampler: Euler a, Seed: 1", &[("Steps", "20"), ("Sampler", "Euler a"), ("Seed", "1")]),
            (r#"Model: "a, b: \"c\"", Seed: 1"#, &[("Model", "a, b: \"c\""), ("Seed", "1")]),
            (r#"Lora hashes: "x: 1, y: 2", Seed: 1"#, &[("Lora hashes", "x: 1, y: 2"), ("Seed", "1")]),
            (r#"Model: "unclosed, Seed: 1"#, &[("Model", "\"unclosed"), ("Seed", "1")]),
            (r#"Hashes: {"a": "b", "c": [1, 2]}, Seed: 1"#, &[("Hashes", r#"{"a": "b", "c": [1, 2]}"#), ("Seed", "1")]),
            ("Mask: [1, 2, Seed: 1", &[("Mask", "[1"), ("Seed", "1")]),
            ("a cat, a dog, Steps: 4", &[("Steps", "4")]),
            ("no pairs; x: 1, (y): 2, :, ", &[]),
        ];
        for (line, expected) in cases {
            let expected: Vec<(&str, String)> = expected.iter().map(|(name, value)| (*name, value.to_string())).collect();
            assert_eq!(pairs(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        for value in ["plain", "a, b", "a: b", "line\nline", "\\, \"", "né, 猫"] {
            let line = format!("Model: {}, Seed: 1", quote(value));
            assert_eq!(pairs(&line), [("Model", value.to_string()), ("Seed", "1".to_string())], "{line}");
        }
    }
}
