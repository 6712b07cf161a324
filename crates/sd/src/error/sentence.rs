//! What is said to a person, as a code with values: the English template is the code, as with gettext.
//!
//! [`Sentence`]'s `Display` fills the template: that is what the command prints. The page gets template and values, and says them in its own
//! language where it has a row for each template in it (`web/words/es/program.js`), else in English. Sentences are made by [`sentence!`], so
//! that `tests/words.mjs` finds every template; what nobody translates is made by [`Sentence::english`], and counted there.
//!
//! ```
//! use decant_sd::{error::Value, sentence};
//!
//! let hint = sentence!("a multiple of {factor} is needed", factor = 8);
//! let refusal = sentence!("{name} {pixels} does not fit the model: {hint}", name = Value::setting("width"), pixels = 30, hint);
//! assert_eq!(refusal.to_string(), "width 30 does not fit the model: a multiple of 8 is needed");
//! ```

use super::bytes;
use crate::sentence;
use std::borrow::Cow;
use std::fmt;

/// A text for a person: an English template and what stands in its braces.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// Empty for English that is no constant: that is the one value.
    template: &'static str,
    /// In a box of its own, so that an error that holds several sentences is small.
    values: Option<Box<Values>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Values(Vec<(&'static str, Value)>);

/// What stands in a template's braces.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Names, prompts, what a system said: the same in every language.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A size, which a language writes with its unit.
    Bytes(u64),
    /// One after another.
    List(Vec<Value>),
    /// A setting by its name in JSON, for which a form has a label.
    Setting(String),
    /// A sentence, or a part of one.
    Sentence(Box<Sentence>),
}

impl Sentence {
    /// What [`sentence!`] makes, which also checks that each value has its place and each place its value.
    pub fn of(template: &'static str, values: Vec<(&'static str, Value)>) -> Sentence {
        Sentence { template, values: Some(Box::new(Values(values))) }
    }

    /// The same without values, which tables may hold.
    pub const fn fixed(template: &'static str) -> Sentence {
        Sentence { template, values: None }
    }

    /// English that no language has a row for: about the insides of files, mostly. A sentence that it is a part of stays English, too.
    pub fn english(text: impl Into<Cow<'static, str>>) -> Sentence {
        match text.into() {
            Cow::Borrowed(text) => Sentence::fixed(text),
            Cow::Owned(text) => Sentence::of("", vec![("", Value::Text(text))]),
        }
    }

    /// The English, `{name}` where the value of that name stands; and the code by which a language finds its own.
    pub fn template(&self) -> &str {
        match &self.values {
            Some(values) if self.template.is_empty() => match &values.0[..] {
                [(_, Value::Text(text))] => text,
                _ => "",
            },
            _ => self.template,
        }
    }

    /// By name, in no order that means anything.
    pub fn values(&self) -> &[(&'static str, Value)] {
        self.values.as_ref().filter(|_| !self.template.is_empty()).map_or(&[], |values| &values.0)
    }
}

impl Value {
    /// A setting, by its name in JSON.
    pub fn setting(name: &str) -> Value {
        Value::Setting(name.into())
    }

    /// All of them: “a and b and c”.
    pub fn all<T: ToValue>(things: &[T]) -> Value {
        let all = things.iter().map(T::to_value);
        all.reduce(|before, last| sentence!("{before} and {last}", before, last).to_value()).unwrap_or(Value::List(vec![]))
    }

    /// A text in quotes, as Rust writes it: what steers a terminal is written out.
    pub fn quoted(text: &str) -> Value {
        Value::Text(format!("{text:?}"))
    }
}

/// In English.
impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut left, values) = (self.template(), self.values());
        while let Some((before, name, after)) = place(left).filter(|_| !values.is_empty()) {
            f.write_str(before)?;
            match values.iter().find(|(one, _)| *one == name) {
                Some((_, value)) => value.fmt(f)?,
                None => write!(f, "{{{name}}}")?,
            }
            left = after;
        }
        f.write_str(left)
    }
}

/// What stands before the first place of a template, its name, and what stands behind.
fn place(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// In English.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) | Value::Setting(text) => f.write_str(text),
            Value::Whole(number) => number.fmt(f),
            Value::Number(number) => number.fmt(f),
            Value::Bytes(count) => f.write_str(&bytes(*count)),
            Value::List(values) => values.iter().enumerate().try_for_each(|(at, value)| {
                f.write_str(if at == 0 { "" } else { ", " })?;
                value.fmt(f)
            }),
            Value::Sentence(sentence) => sentence.fmt(f),
        }
    }
}

/// What can stand in a template's braces.
pub trait ToValue {
    /// As it is handed on.
    fn to_value(&self) -> Value;
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl ToValue for Sentence {
    fn to_value(&self) -> Value {
        Value::Sentence(Box::new(self.clone()))
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::Text(self.into())
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value {
        self.as_str().to_value()
    }
}

impl ToValue for Cow<'_, str> {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for [T] {
    fn to_value(&self) -> Value {
        Value::List(self.iter().map(T::to_value).collect())
    }
}

impl<T: ToValue, const N: usize> ToValue for [T; N] {
    fn to_value(&self) -> Value {
        self.as_slice().to_value()
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Value {
        self.as_slice().to_value()
    }
}

impl ToValue for f64 {
    fn to_value(&self) -> Value {
        Value::Number(*self)
    }
}

/// By its shortest digits: 7.3, not 7.300000190734863.
impl ToValue for f32 {
    fn to_value(&self) -> Value {
        Value::Number(self.to_string().parse().expect("a number is read as it was written"))
    }
}

macro_rules! whole {
    ($($kind:ty)*) => {$(
        impl ToValue for $kind {
            fn to_value(&self) -> Value {
                // Digits are the same in every language.
                i64::try_from(*self).map_or_else(|_| Value::Text(self.to_string()), Value::Whole)
            }
        }
    )*};
}
whole!(usize u64 u32 u8 i64 i32);

/// Makes a [`Sentence`]: a template and its values, each by a variable's name or as `name = expression`. A value that has no place, and a place
/// that has no value, do not compile.
///
/// ```
/// let (got, most) = (2000, 1000);
/// assert_eq!(decant_sd::sentence!("{got} steps, expected {most} at most", got, most).to_string(), "2000 steps, expected 1000 at most");
/// ```
///
/// ```compile_fail
/// let (got, most) = (2000, 1000);
/// decant_sd::sentence!("{got} steps, expected {most} at most", got);
/// ```
#[macro_export]
macro_rules! sentence {
    (@value $name:ident) => { $crate::error::ToValue::to_value(&$name) };
    (@value $name:ident = $value:expr) => { $crate::error::ToValue::to_value(&$value) };
    ($template:literal $(,)?) => {{
        const _: fn() = || { let _ = ::std::format_args!($template); };
        $crate::error::Sentence::fixed($template)
    }};
    ($template:literal $(, $name:ident $(= $value:expr)?)+ $(,)?) => {{
        // No local variable is seen in here: what the braces name must be handed in.
        const _: fn() = || { let _ = ::std::format_args!($template $(, $name = "")+); };
        $crate::error::Sentence::of($template, ::std::vec![$((::std::stringify!($name), $crate::sentence!(@value $name $(= $value)?))),+])
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_with_every_kind_of_value() {
        let (inner, list) = (sentence!("{n} of them", n = 0.1f32), vec!["a", "b"]);
        let most = Value::Bytes(1_800_000_000);
        let whole = sentence!("{name} and {list}: {inner}, {most}, {name}", name = Value::quoted("x\u{1b}"), list, inner, most);
        assert_eq!(whole.to_string(), r#""x\u{1b}" and a, b: 0.1 of them, 1.8 GB, "x\u{1b}""#);
        assert_eq!(whole.values().len(), 4);
    }

    #[test]
    fn numbers_are_written_as_rust_writes_them() {
        for number in [0.1f32, 7.3, 1e9, f32::NAN, f32::INFINITY, -0.0, 1e-7, 16_777_216.0] {
            assert_eq!(number.to_value().to_string(), number.to_string());
        }
        assert_eq!(u64::MAX.to_value().to_string(), u64::MAX.to_string());
    }

    #[test]
    fn what_came_from_outside_is_not_read_as_a_template() {
        let got = "{most} {got}";
        assert_eq!(sentence!("{got}, {most}", got, most = 1).to_string(), "{most} {got}, 1");
        for english in [Sentence::english(got), Sentence::english(got.to_string())] {
            assert_eq!((english.to_string().as_str(), english.template(), english.values().len()), (got, got, 0));
        }
    }
}
