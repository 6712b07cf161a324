//! Runs beside each other: how far two lists of numbers lie apart, and the plane in which several runs differ most.
//!
//! It is maths on points, whatever they are; drawing them is somebody else's affair.
//!
//! ```
//! use decant_solver::compare::{distance, plane};
//!
//! let apart = distance(&[3.0, 4.0], &[3.0, -4.0]);
//! assert_eq!((apart.rms, apart.cosine), (32f64.sqrt(), -0.28));
//! let line = plane(&[vec![&[0.0, 0.0][..], &[2.0, 2.0], &[4.0, 4.0]]]);
//! assert!(line.explained[0] > 0.999); // three points on a line need one direction
//! ```

/// How far two lists of numbers lie apart, and in which way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// The root of the mean square difference.
    pub rms: f64,
    /// Of the angle between the two: 1 is the same direction. 0 where one of them is all zeros.
    pub cosine: f64,
    /// The root mean square of each.
    pub lengths: [f64; 2],
}

/// The distance of two lists of one length; where one is longer, its rest is left out.
pub fn distance(a: &[f32], b: &[f32]) -> Distance {
    let count = a.len().min(b.len());
    let (a, b) = (&a[..count], &b[..count]);
    let mean = |sum: f64| (sum / count.max(1) as f64).sqrt();
    let square: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    let lengths = [mean(dot(a, a)), mean(dot(b, b))];
    Distance { rms: mean(square), cosine: cosine(a, b), lengths }
}

/// The cosine of the angle between two lists; 0 where one of them is all zeros.
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { dot(a, b) / lengths } else { 0.0 }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Points of several runs in two dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// `[x, y]` of each point of each run, in the points' own unit: distances within the plane are theirs.
    pub runs: Vec<Vec<[f64; 2]>>,
    /// Which part of all variance each of the two directions has.
    pub explained: [f64; 2],
}

/// The two principal components of all points of all runs together (Pearson 1901). Each run has points of one length.
///
/// There are far fewer points than numbers in each, so the components come from the points' products with each other (the Gram matrix of the
/// centred points), whose eigenvectors, times the roots of their eigenvalues, are the coordinates (Gower, "Some distance properties of latent
/// root and vector methods used in multivariate analysis", Biometrika 53, 1966). The sign of each direction is such that the point
/// farthest out lies on its positive side.
pub fn plane(runs: &[Vec<&[f32]>]) -> Plane {
    let points: Vec<&[f32]> = runs.iter().flatten().copied().collect();
    let (values, vectors) = eigen(centred_products(&points));
    let total: f64 = values.iter().map(|value| value.max(0.0)).sum();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    let axis = |rank: usize| -> (Vec<f64>, f64) {
        let Some(&at) = order.get(rank) else { return (vec![0.0; points.len()], 0.0) };
        let value = values[at].max(0.0);
        let along: Vec<f64> = vectors.iter().map(|row| row[at] * value.sqrt()).collect();
        let farthest = along.iter().copied().fold(0.0, |far: f64, x| if x.abs() > far.abs() { x } else { far });
        let share = if total > 0.0 { value / total } else { 0.0 };
        (along.iter().map(|x| x * farthest.signum()).collect(), share)
    };
    let ((x, first), (y, second)) = (axis(0), axis(1));
    let mut places = x.into_iter().zip(y).map(|(x, y)| [x, y]);
    let runs = runs.iter().map(|run| places.by_ref().take(run.len()).collect()).collect();
    Plane { runs, explained: [first, second] }
}

/// Products of all pairs of points, each point less the mean of all: `G − row means − column means + mean`.
fn centred_products(points: &[&[f32]]) -> Vec<Vec<f64>> {
    let n = points.len();
    let mut products = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let product = dot(points[i], points[j]);
            (products[i][j], products[j][i]) = (product, product);
        }
    }
    let means: Vec<f64> = products.iter().map(|row| row.iter().sum::<f64>() / n as f64).collect();
    let mean = means.iter().sum::<f64>() / n.max(1) as f64;
    for (row, own) in products.iter_mut().zip(&means) {
        row.iter_mut().zip(&means).for_each(|(value, other)| *value += mean - own - other);
    }
    products
}

/// Sweeps of [`eigen`] at most; it converges quadratically, in fewer than ten.
const SWEEPS: usize = 30;

/// Eigenvalues, and eigenvectors as columns, of a symmetric matrix: Jacobi's rotations, row by row
/// (Golub & Van Loan, Matrix Computations, algorithm 8.5.2 and 8.5.3).
fn eigen(mut a: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = a.len();
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let size: f64 = a.iter().flatten().map(|value| value * value).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        if off <= size * 1e-24 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q] != 0.0 {
                    rotate(&mut a, &mut vectors, p, q);
                }
            }
        }
    }
    ((0..n).map(|i| a[i][i]).collect(), vectors)
}

/// One rotation, which makes `a[p][q]` zero; p is less than q.
fn rotate(a: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let ratio = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let tangent = if ratio >= 0.0 { 1.0 } else { -1.0 } / (ratio.abs() + ratio.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for row in a.iter_mut().chain(vectors.iter_mut()) {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    let (upper, lower) = a.split_at_mut(q);
    for (high, low) in upper[p].iter_mut().zip(&mut lower[0]) {
        (*high, *low) = (cosine * *high - sine * *low, sine * *high + cosine * *low);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Generator;

    #[test]
    fn distances_are_what_they_are_by_hand() {
        let cases: [(&[f32], &[f32], Distance); 4] = [
            (&[1.0, 2.0], &[1.0, 2.0], Distance { rms: 0.0, cosine: 1.0, lengths: [2.5f64.sqrt(); 2] }),
            (&[1.0, 0.0], &[0.0, 1.0], Distance { rms: 1.0, cosine: 0.0, lengths: [0.5f64.sqrt(); 2] }),
            (&[2.0], &[-6.0], Distance { rms: 8.0, cosine: -1.0, lengths: [2.0, 6.0] }),
            (&[0.0, 0.0], &[0.0, 4.0], Distance { rms: 8f64.sqrt(), cosine: 0.0, lengths: [0.0, 8f64.sqrt()] }),
        ];
        for (a, b, expected) in cases {
            let got = distance(a, b);
            let pairs =
                [(got.rms, expected.rms), (got.cosine, expected.cosine)].into_iter().chain(std::iter::zip(got.lengths, expected.lengths));
            assert!(
                pairs.into_iter().all(|(got, expected)| (got - expected).abs() < 1e-12),
                "{a:?} {b:?}: expected {expected:?}, got {got:?}"
            );
        }
        assert_eq!(distance(&[], &[]).rms, 0.0);
    }

    /// Points that lie in a plane are found again in it, all distances kept, whatever that plane's place in many dimensions.
    #[test]
    fn a_plane_in_many_dimensions_is_found() {
        let (u, v, off) = directions(300);
        for (count, flat) in [(1, false), (2, false), (3, false), (7, true), (40, false), (40, true)] {
            let along = Generator::new(count as u64).randn(2 * count);
            let places: Vec<[f32; 2]> = along.chunks(2).map(|at| [9.0 * at[0], if flat { 0.0 } else { 3.0 * at[1] }]).collect();
            let point = |[x, y]: &[f32; 2]| -> Vec<f32> { (0..300).map(|i| off[i] + x * u[i] + y * v[i]).collect() };
            let points: Vec<Vec<f32>> = places.iter().map(point).collect();
            let (first, second) = points.split_at(count / 3);
            let runs = [first, second].map(|run| run.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let plane = plane(&runs);
            assert_eq!(plane.runs.iter().map(Vec::len).collect::<Vec<_>>(), [count / 3, count - count / 3]);
            let found: Vec<[f64; 2]> = plane.runs.concat();
            for i in 0..count {
                for j in 0..i {
                    let expected = f64::from((places[i][0] - places[j][0]).hypot(places[i][1] - places[j][1]));
                    let got = (found[i][0] - found[j][0]).hypot(found[i][1] - found[j][1]);
                    assert!((got - expected).abs() < 1e-3, "{count} points, {i} to {j}: expected {expected}, got {got}");
                }
            }
            let all = if count == 1 { 0.0 } else { 1.0 };
            assert!((plane.explained.iter().sum::<f64>() - all).abs() < 1e-6, "{count} points: {:?}", plane.explained);
            assert!(plane.explained[0] >= plane.explained[1] && (!flat || plane.explained[1] < 1e-6), "{:?}", plane.explained);
        }
        assert_eq!(plane(&[]), Plane { runs: vec![], explained: [0.0; 2] });
    }

    /// Two directions of length one at right angles, and a place far from the origin.
    fn directions(n: usize) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let unit = |x: Vec<f32>| -> Vec<f32> { x.iter().map(|value| value / dot(&x, &x).sqrt() as f32).collect() };
        let u = unit(Generator::new(1).randn(n));
        let v = Generator::new(2).randn(n);
        let along = dot(&u, &v) as f32;
        let v = unit(v.iter().zip(&u).map(|(v, u)| v - along * u).collect());
        (u, v, Generator::new(3).randn(n))
    }

    #[test]
    fn what_has_no_plane_has_shares_below_one() {
        let points: Vec<Vec<f32>> = (0..20).map(|seed| Generator::new(seed).randn(64)).collect();
        let Plane { explained, .. } = plane(&[points.iter().map(Vec::as_slice).collect()]);
        assert!(explained[0] > 1.0 / 19.0 && explained[0] + explained[1] < 0.5, "{explained:?}");
    }
}
