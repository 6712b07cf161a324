//! From characters to operations: a recursive descent, bounded in length and depth.
//!
//! ```text
//! sum     = product { ("+" | "-") product }
//! product = signed { ("*" | "/") signed }
//! signed  = "-" signed | power
//! power   = atom [ "^" signed ]            2^3^2 is 2^(3^2), -x^2 is -(x^2)
//! atom    = number | name | function "(" sum [ "," sum ] ")" | "(" sum ")"
//! ```

use super::{Binary, Expression, Node};
use crate::error::{Error, Sentence, Value};
use crate::sentence;

/// Characters of the longest expression.
const LONGEST: usize = 1000;
/// Parentheses within each other, and signs before each other.
const DEEPEST: usize = 60;

/// What is known of an operation's result while reading.
#[derive(Clone, Copy)]
struct Read {
    node: usize,
    /// Whether it has a number for each pixel.
    each: bool,
    /// Whether it depends on a colour.
    coloured: bool,
    /// Its value, where it depends on nothing.
    known: Option<f64>,
}

struct Reader<'a> {
    text: &'a str,
    characters: Vec<char>,
    at: usize,
    depth: usize,
    nodes: Vec<Node>,
}

pub(super) fn parse(text: &str) -> Result<Expression, Error> {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() > LONGEST {
        let (count, most) = (characters.len(), LONGEST);
        let problem = sentence!("a loss has {count} characters, expected {most} at most", count, most);
        return Err(Error::Settings { problem });
    }
    let mut reader = Reader { text, characters, at: 0, depth: 0, nodes: vec![] };
    let read = reader.sum()?;
    if let Some(character) = reader.peek() {
        let problem = match character {
            ')' => sentence!("this parenthesis closes none"),
            _ => sentence!("an operation (+ - * / ^) or the end is expected here"),
        };
        return Err(reader.refusal(reader.at, problem));
    }
    if read.each {
        return Err(reader.refusal(0, sentence!("it is a number for each pixel, expected one number; put mean( ) around it")));
    }
    if !read.coloured {
        return Err(reader.refusal(0, sentence!("it does not depend on the picture; it needs red, green or blue")));
    }
    Ok(Expression { nodes: reader.nodes })
}

impl Reader<'_> {
    /// A mistake at a character of the text.
    fn refusal(&self, at: usize, problem: Sentence) -> Error {
        let (text, place) = (Value::quoted(self.text), at + 1);
        Error::Settings { problem: sentence!("the loss {text}, character {place}: {problem}", text, place, problem) }
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        while self.characters.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        self.characters.get(self.at).copied()
    }

    /// Goes past that character, if it is next.
    fn takes(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        self.at += usize::from(found);
        found
    }

    fn sum(&mut self) -> Result<Read, Error> {
        let mut left = self.product()?;
        loop {
            let at = self.at;
            let binary = match self.peek() {
                Some('+') => Binary::Add,
                Some('-') => Binary::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.product()?;
            left = self.two(binary, left, right, at)?;
        }
    }

    fn product(&mut self) -> Result<Read, Error> {
        let mut left = self.signed()?;
        loop {
            let binary = match self.peek() {
                Some('*') => Binary::Multiply,
                Some('/') => Binary::Divide,
                _ => return Ok(left),
            };
            let at = self.at;
            self.at += 1;
            let right = self.signed()?;
            left = self.two(binary, left, right, at)?;
        }
    }

    fn signed(&mut self) -> Result<Read, Error> {
        if !self.takes('-') {
            return self.power();
        }
        self.deeper()?;
        let of = self.signed()?;
        self.depth -= 1;
        Ok(self.push(Node::Negative(of.node), of.each, of.coloured, of.known.map(|v| -v)))
    }

    fn power(&mut self) -> Result<Read, Error> {
        let base = self.atom()?;
        if self.peek() != Some('^') {
            return Ok(base);
        }
        let at = self.at;
        self.at += 1;
        self.deeper()?;
        let exponent = self.signed()?;
        self.depth -= 1;
        self.two(Binary::Power, base, exponent, at)
    }

    fn atom(&mut self) -> Result<Read, Error> {
        let next = self.peek();
        let start = self.at;
        match next {
            None => Err(self.refusal(start, sentence!("something is missing here: a number, a name or a parenthesis"))),
            Some('(') => {
                self.at += 1;
                self.inside(start)
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(start),
            Some(c) if c.is_alphabetic() || c == '_' => self.name(start),
            Some(_) => Err(self.refusal(start, sentence!("a number, a name or a parenthesis is expected here"))),
        }
    }

    /// What stands in parentheses, of which the first was at `opened`.
    fn inside(&mut self, opened: usize) -> Result<Read, Error> {
        self.deeper()?;
        let read = self.sum()?;
        self.depth -= 1;
        self.closed(opened)?;
        Ok(read)
    }

    fn closed(&mut self, opened: usize) -> Result<(), Error> {
        if self.takes(')') { Ok(()) } else { Err(self.refusal(opened, sentence!("this parenthesis is not closed"))) }
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        let most = DEEPEST;
        if self.depth <= DEEPEST {
            return Ok(());
        }
        Err(self.refusal(self.at, sentence!("more than {most} parentheses or signs are within each other", most)))
    }

    fn number(&mut self, start: usize) -> Result<Read, Error> {
        let part = |c: &char| c.is_ascii_digit() || *c == '.';
        let mut end = start + self.characters[start..].iter().take_while(|c| part(c)).count();
        // An exponent, but not the beginning of a name.
        if let Some('e' | 'E') = self.characters.get(end) {
            let sign = usize::from(matches!(self.characters.get(end + 1), Some('+' | '-')));
            let digits = self.characters[(end + 1 + sign).min(self.characters.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
            end += if digits > 0 { 1 + sign + digits } else { 0 };
        }
        let text: String = self.characters[start..end].iter().collect();
        self.at = end;
        match text.parse::<f64>().ok().filter(|number| number.is_finite()) {
            Some(number) => Ok(self.push(Node::Number(number), false, false, Some(number))),
            None => Err(self.refusal(start, sentence!("{text} is no number", text))),
        }
    }

    fn name(&mut self, start: usize) -> Result<Read, Error> {
        let length = self.characters[start..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
        let name: String = self.characters[start..start + length].iter().collect();
        self.at = start + length;
        let colours = ["red", "green", "blue"];
        if let Some(channel) = colours.iter().position(|colour| *colour == name) {
            return Ok(self.push(Node::Colour(channel), true, true, None));
        }
        if let Some(axis) = ["x", "y"].iter().position(|axis| *axis == name) {
            return Ok(self.push(Node::Place(axis), true, false, None));
        }
        if !["mean", "abs", "sqrt", "min", "max"].contains(&name.as_str()) {
            let problem =
                sentence!("{name} is not known; there are red, green, blue, x, y, and mean, abs, sqrt, min, max of something", name);
            return Err(self.refusal(start, problem));
        }
        let opened = self.at;
        if !self.takes('(') {
            return Err(self.refusal(start, sentence!("{name} is of something in parentheses, as in mean(red)", name)));
        }
        self.of(&name, start, opened)
    }

    /// A function of what stands in its parentheses.
    fn of(&mut self, name: &str, start: usize, opened: usize) -> Result<Read, Error> {
        self.deeper()?;
        let a = self.sum()?;
        let b = if self.takes(',') { Some(self.sum()?) } else { None };
        self.depth -= 1;
        self.closed(opened)?;
        let known = |f: fn(f64) -> f64| a.known.map(f);
        match (name, b) {
            ("min", Some(b)) => self.two(Binary::Min, a, b, start),
            ("max", Some(b)) => self.two(Binary::Max, a, b, start),
            (_, Some(_)) => Err(self.refusal(start, sentence!("{name} is of one thing, not of two", name))),
            ("abs", None) => Ok(self.push(Node::Abs(a.node), a.each, a.coloured, known(f64::abs))),
            ("sqrt", None) if a.known.is_some_and(|v| v < 0.0) => {
                Err(self.refusal(start, sentence!("a number below zero has no square root")))
            }
            ("sqrt", None) => Ok(self.push(Node::Sqrt(a.node), a.each, a.coloured, known(f64::sqrt))),
            ("mean", None) => Ok(self.push(Node::Mean(a.node), false, a.coloured, a.known)),
            ("min", None) => Ok(self.push(Node::Least(a.node), false, a.coloured, a.known)),
            (_, None) => Ok(self.push(Node::Most(a.node), false, a.coloured, a.known)),
        }
    }

    fn two(&mut self, binary: Binary, a: Read, b: Read, at: usize) -> Result<Read, Error> {
        if binary == Binary::Divide && b.known == Some(0.0) {
            return Err(self.refusal(at, sentence!("this divides by zero")));
        }
        let known = a.known.zip(b.known).map(|(a, b)| binary.of(a, b));
        if known.is_some_and(|known| !known.is_finite()) {
            return Err(self.refusal(at, sentence!("this is no number")));
        }
        Ok(self.push(Node::Two(binary, a.node, b.node), a.each || b.each, a.coloured || b.coloured, known))
    }

    fn push(&mut self, node: Node, each: bool, coloured: bool, known: Option<f64>) -> Read {
        self.nodes.push(node);
        Read { node: self.nodes.len() - 1, each, coloured, known }
    }
}
