//! What a LoRA does to one layer, as two matrices: `down [rank, in · kernel]` and `up [out, rank]`, in whatever way the file has them.
//!
//! A LoHa (Hyeon-Woo et al. 2022, *FedPara*) is `(a₁ b₁) ∘ (a₂ b₂)`, the product of two low-rank matrices number by number. It is of rank
//! r₁ · r₂: row i, j of its `down` is `b₁[i] ∘ b₂[j]`, column i, j of its `up` is `a₁[i] ∘ a₂[j]` (the Khatri-Rao products). Where that is more
//! than the layer has outputs, `down` is the whole change and `up` the unit matrix, so that no LoHa takes more than about twice its layer.

use super::Source;
use crate::error::Error;
use std::ops::Range;

/// The change of one layer.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// Of the model's weight: `[out, in]` or `[out, in, height, width]`.
    pub shape: Vec<usize>,
    /// Rows of `down`.
    pub rank: usize,
    /// alpha / rank: what `up` is multiplied by.
    pub scale: f32,
    /// Whether the file's numbers for `down` are f16, and so lose nothing by being kept as f16.
    pub half: bool,
    pub kind: Kind,
}

/// Which tensors it is made of.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// `down`, `up`, and what comes between the two in Tucker form.
    Pair { down: String, mid: Option<String>, up: String },
    /// Two products, multiplied number by number.
    Products([Product; 2]),
    /// The same where it is kept as one matrix.
    Whole([Product; 2]),
}

/// `a · b`, or in Tucker form `aᵀ · (t · b)`.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub a: String,
    pub b: String,
    pub t: Option<String>,
    pub rank: usize,
}

impl Layer {
    /// Numbers of one row of `down`.
    pub fn width(&self) -> usize {
        self.shape[1..].iter().product()
    }

    /// Some rows of `down`.
    pub async fn down(&self, source: &Source, rows: Range<usize>) -> Result<Vec<f32>, Error> {
        match &self.kind {
            Kind::Pair { down, mid: None, .. } => source.rows(down, rows).await,
            Kind::Pair { down, mid: Some(mid), .. } => {
                let mid = source.rows(mid, rows).await?;
                Ok(through(&mid, &source.all(down).await?, self.rank, self.kernel()))
            }
            Kind::Products(products) => {
                let [b1, b2] = self.both(source, products, Side::B).await?;
                let (width, other) = (self.width(), products[1].rank);
                let row = |row: usize| (&b1[row / other * width..][..width], &b2[row % other * width..][..width]);
                Ok(rows.map(row).flat_map(|(b1, b2)| b1.iter().zip(b2).map(|(x, y)| x * y)).collect())
            }
            Kind::Whole(products) => {
                let [a1, a2] = self.both(source, products, Side::A).await?;
                let [b1, b2] = self.both(source, products, Side::B).await?;
                let row = |o: usize| {
                    let (first, second) = (row_of_product(&a1, &b1, products[0].rank, o), row_of_product(&a2, &b2, products[1].rank, o));
                    first.into_iter().zip(second).map(|(x, y)| x * y).collect::<Vec<f32>>()
                };
                Ok(rows.flat_map(row).collect())
            }
        }
    }

    /// Some rows of `up`, the scale not yet in them.
    pub async fn up(&self, source: &Source, rows: Range<usize>) -> Result<Vec<f32>, Error> {
        match &self.kind {
            Kind::Pair { up, .. } => source.rows(up, rows).await,
            Kind::Products(products) => {
                let [a1, a2] = self.both(source, products, Side::A).await?;
                let [r1, r2] = [products[0].rank, products[1].rank];
                let row = |o: usize| (&a1[o * r1..][..r1], &a2[o * r2..][..r2]);
                Ok(rows.map(row).flat_map(|(a1, a2)| a1.iter().flat_map(|x| a2.iter().map(move |y| x * y))).collect())
            }
            Kind::Whole(_) => Ok(rows.flat_map(|o| (0..self.rank).map(move |i| (i == o) as u8 as f32)).collect()),
        }
    }

    /// Rows and columns of the kernel, multiplied.
    fn kernel(&self) -> usize {
        self.shape[2..].iter().product()
    }

    /// One side of both products: `a [out, rank]` or `b [rank, in · kernel]`.
    async fn both(&self, source: &Source, products: &[Product; 2], side: Side) -> Result<[Vec<f32>; 2], Error> {
        let [first, second] = products;
        Ok([self.one(source, first, side).await?, self.one(source, second, side).await?])
    }

    async fn one(&self, source: &Source, product: &Product, side: Side) -> Result<Vec<f32>, Error> {
        match (side, &product.t) {
            (Side::A, None) => source.all(&product.a).await,
            (Side::A, Some(_)) => Ok(transposed(&source.all(&product.a).await?, product.rank)),
            (Side::B, None) => source.all(&product.b).await,
            (Side::B, Some(t)) => Ok(through(&source.all(t).await?, &source.all(&product.b).await?, product.rank, self.kernel())),
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    A,
    B,
}

/// `Σ_j mid[i, j, k] · down[j, in]` as `[i, in, k]`: a 1×1 convolution and one of k places after it are one of k places.
fn through(mid: &[f32], down: &[f32], rank: usize, kernel: usize) -> Vec<f32> {
    let inputs = down.len() / rank;
    let rows = mid.len() / (rank * kernel);
    let mut folded = vec![0.0; rows * inputs * kernel];
    for (mid, folded) in mid.chunks(rank * kernel).zip(folded.chunks_mut(inputs * kernel)) {
        for (taps, down) in mid.chunks(kernel).zip(down.chunks(inputs)) {
            for (x, folded) in down.iter().zip(folded.chunks_mut(kernel)) {
                taps.iter().zip(folded).for_each(|(tap, sum)| *sum += tap * x);
            }
        }
    }
    folded
}

/// `[rows, columns]` as `[columns, rows]`.
fn transposed(values: &[f32], rows: usize) -> Vec<f32> {
    let columns = values.len() / rows;
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}

/// Row `at` of `a · b`.
fn row_of_product(a: &[f32], b: &[f32], rank: usize, at: usize) -> Vec<f32> {
    let mut sum = vec![0.0; b.len() / rank];
    for (x, b) in a[at * rank..][..rank].iter().zip(b.chunks(sum.len())) {
        sum.iter_mut().zip(b).for_each(|(sum, y)| *sum += x * y);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_convolution_through_another_is_their_product() {
        // Two inputs, rank 2, a kernel of 3: folded[i, in, k] = Σ_j mid[i, j, k] · down[j, in].
        let (mid, down): (Vec<f32>, Vec<f32>) = ((1..=12).map(|i| i as f32).collect(), vec![1.0, 10.0, 100.0, 1000.0]);
        let folded = through(&mid, &down, 2, 3);
        assert_eq!(folded, [401., 502., 603., 4010., 5020., 6030., 1007., 1108., 1209., 10070., 11080., 12090.]);
    }

    #[test]
    fn a_turned_matrix_is_turned_and_products_have_rows() {
        assert_eq!(transposed(&[1., 2., 3., 4., 5., 6.], 2), [1., 4., 2., 5., 3., 6.]);
        assert_eq!(row_of_product(&[1., 2., 3., 4.], &[1., 10., 100., 1000.], 2, 1), [403., 4030.]);
    }
}
