//! A loss as an expression of a picture's colours, such as `mean(abs(blue - 0.9))` (fast.ai, lesson 9A), written by whoever likes.
//!
//! `red`, `green` and `blue` are a number for each pixel, 0 to 1 where the picture is one that can be shown (it is not clamped); `x` and `y` are
//! the pixel's place, 0 to 1 from left to right and from top to bottom, of the pixels' centres. `+ - * / ^`, parentheses, numbers; `mean`,
//! `min` and `max` of one thing are over all pixels, `min` and `max` of two for each pixel; `abs`, `sqrt`. It is read into a list of operations
//! by `parse.rs`; nothing is ever evaluated as code.

mod parse;

use super::Pixels;
use crate::error::Error;

/// A parsed expression: operations, each after those that it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    nodes: Vec<Node>,
}

/// One operation; numbers are places in the list.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    Number(f64),
    /// Red, green, blue: 0, 1, 2.
    Colour(usize),
    /// From left to right, from top to bottom: 0, 1.
    Place(usize),
    Negative(usize),
    Abs(usize),
    Sqrt(usize),
    /// Over all pixels.
    Mean(usize),
    Least(usize),
    Most(usize),
    Two(Binary, usize, usize),
}

/// Of two.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Min,
    Max,
}

/// One number, or one for each pixel.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    One(f64),
    Each(Vec<f64>),
}

impl Value {
    fn at(&self, pixel: usize) -> f64 {
        match self {
            Value::One(value) => *value,
            Value::Each(values) => values[pixel],
        }
    }

    /// Of one, or of each.
    fn map(&self, f: impl Fn(f64) -> f64) -> Value {
        match self {
            Value::One(value) => Value::One(f(*value)),
            Value::Each(values) => Value::Each(values.iter().map(|value| f(*value)).collect()),
        }
    }

    fn zip(&self, other: &Value, f: impl Fn(f64, f64) -> f64) -> Value {
        match (self, other) {
            (Value::One(a), Value::One(b)) => Value::One(f(*a, *b)),
            (Value::Each(values), _) => Value::Each(values.iter().enumerate().map(|(i, a)| f(*a, other.at(i))).collect()),
            (Value::One(a), Value::Each(values)) => Value::Each(values.iter().map(|b| f(*a, *b)).collect()),
        }
    }

    /// All pixels as one number; a number is its own.
    fn all(&self, f: impl Fn(&[f64]) -> f64) -> Value {
        match self {
            Value::One(value) => Value::One(*value),
            Value::Each(values) => Value::One(f(values)),
        }
    }
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// One sentence with the place of the mistake: an unknown name, a parenthesis without its other, a division by zero, nothing that depends on
    /// a colour, a number for each pixel where one is wanted, more than a thousand characters.
    ///
    /// ```
    /// use decant_sd::loss::{Expression, Pixels};
    /// let blue = Expression::parse("mean(abs(blue - 0.9))")?;
    /// let picture = [0.0, 0.0, 0.4, 0.0, 0.0, 1.0]; // two pixels
    /// let (loss, gradient) = blue.with_gradient(&Pixels { width: 2, height: 1, rgb: &picture });
    /// assert!((loss - 0.3).abs() < 1e-6);
    /// assert_eq!(gradient, [0.0, 0.0, -0.5, 0.0, 0.0, 0.5]);
    /// # Ok::<(), decant_sd::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Expression, Error> {
        parse::parse(text)
    }

    /// The loss, and its gradient for each of the picture's numbers. What is no number comes out as none.
    pub fn with_gradient(&self, picture: &Pixels) -> (f64, Vec<f32>) {
        let values = self.values(picture);
        let Some(Value::One(loss)) = values.last() else { return (f64::NAN, vec![f32::NAN; picture.rgb.len()]) };
        let mut gradient = vec![0.0; picture.rgb.len()];
        // What the loss changes by for a change of each operation's result.
        let mut adjoints: Vec<Option<Value>> = vec![None; values.len()];
        adjoints[values.len() - 1] = Some(Value::One(1.0));
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let Some(adjoint) = adjoints[at].take() else { continue };
            if let Node::Colour(channel) = node {
                let numbers = gradient.iter_mut().skip(*channel).step_by(3).enumerate();
                numbers.for_each(|(pixel, number)| *number += adjoint.at(pixel) as f32);
            }
            for (operand, change) in node.backward(&values, at, &adjoint) {
                let change = summed(change, &values[operand]);
                adjoints[operand] = Some(match adjoints[operand].take() {
                    None => change,
                    Some(before) => before.zip(&change, |a, b| a + b),
                });
            }
        }
        (*loss, gradient)
    }

    fn values(&self, picture: &Pixels) -> Vec<Value> {
        let mut values: Vec<Value> = vec![];
        for node in &self.nodes {
            values.push(node.forward(&values, picture));
        }
        values
    }
}

/// A change of what is one number is the sum over the pixels that it had a part in.
fn summed(change: Value, of: &Value) -> Value {
    match (&change, of) {
        (Value::Each(values), Value::One(_)) => Value::One(values.iter().sum()),
        _ => change,
    }
}

impl Node {
    fn forward(self, values: &[Value], picture: &Pixels) -> Value {
        match self {
            Node::Number(number) => Value::One(number),
            Node::Colour(channel) => Value::Each(picture.rgb.iter().skip(channel).step_by(3).map(|v| f64::from(*v)).collect()),
            Node::Place(axis) => {
                let place = |pixel: usize| match axis {
                    0 => ((pixel % picture.width) as f64 + 0.5) / picture.width as f64,
                    _ => ((pixel / picture.width) as f64 + 0.5) / picture.height as f64,
                };
                Value::Each((0..picture.width * picture.height).map(place).collect())
            }
            Node::Negative(a) => values[a].map(|v| -v),
            Node::Abs(a) => values[a].map(f64::abs),
            Node::Sqrt(a) => values[a].map(f64::sqrt),
            Node::Mean(a) => values[a].all(|all| all.iter().sum::<f64>() / all.len() as f64),
            Node::Least(a) => values[a].all(|all| all.iter().copied().fold(f64::INFINITY, lesser)),
            Node::Most(a) => values[a].all(|all| all.iter().copied().fold(f64::NEG_INFINITY, greater)),
            Node::Two(binary, a, b) => values[a].zip(&values[b], |a, b| binary.of(a, b)),
        }
    }

    /// What each operand's change has to be for a change of the result: PyTorch's subgradients where there is a corner.
    fn backward(self, values: &[Value], at: usize, adjoint: &Value) -> Vec<(usize, Value)> {
        match self {
            Node::Number(_) | Node::Colour(_) | Node::Place(_) => vec![],
            Node::Negative(a) => vec![(a, adjoint.map(|v| -v))],
            Node::Abs(a) => vec![(a, values[a].zip(adjoint, |x, v| if x == 0.0 { 0.0 } else { v * x.signum() }))],
            Node::Sqrt(a) => vec![(a, values[at].zip(adjoint, |root, v| v / (2.0 * root)))],
            Node::Mean(a) => {
                let count = if let Value::Each(all) = &values[a] { all.len() as f64 } else { 1.0 };
                vec![(a, values[a].zip(adjoint, |_, v| v / count))]
            }
            // Shared by all that are as small, or as large.
            Node::Least(a) | Node::Most(a) => {
                let extreme = values[at].at(0);
                let ties = if let Value::Each(all) = &values[a] { all.iter().filter(|v| **v == extreme).count() as f64 } else { 1.0 };
                vec![(a, values[a].zip(adjoint, |x, v| if x == extreme { v / ties } else { 0.0 }))]
            }
            Node::Two(binary, a, b) => {
                let both = values[a].zip(&values[b], |a, b| binary.slopes(a, b).0);
                let other = values[a].zip(&values[b], |a, b| binary.slopes(a, b).1);
                vec![(a, both.zip(adjoint, times)), (b, other.zip(adjoint, times))]
            }
        }
    }
}

/// A slope of 0 takes nothing, whatever comes.
fn times(slope: f64, adjoint: f64) -> f64 {
    if adjoint == 0.0 { 0.0 } else { slope * adjoint }
}

/// The smaller one; none where one is none, unlike `f64::min`.
fn lesser(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b { a } else { b }
}

fn greater(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

impl Binary {
    fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Subtract => a - b,
            Binary::Multiply => a * b,
            Binary::Divide => a / b,
            Binary::Power => a.powf(b),
            Binary::Min => lesser(a, b),
            Binary::Max => greater(a, b),
        }
    }

    /// Its slope along each of the two.
    fn slopes(self, a: f64, b: f64) -> (f64, f64) {
        let share = |first: bool| match a == b {
            true => (0.5, 0.5),
            false => (f64::from(u8::from(first)), f64::from(u8::from(!first))),
        };
        match self {
            Binary::Add => (1.0, 1.0),
            Binary::Subtract => (1.0, -1.0),
            Binary::Multiply => (b, a),
            Binary::Divide => (1.0 / b, -a / (b * b)),
            Binary::Power if b == 0.0 => (0.0, if a == 0.0 { 0.0 } else { a.ln() }),
            Binary::Power => (b * a.powf(b - 1.0), if a == 0.0 { 0.0 } else { a.powf(b) * a.ln() }),
            Binary::Min => share(a < b),
            Binary::Max => share(a > b),
        }
    }
}

#[cfg(test)]
mod tests;
