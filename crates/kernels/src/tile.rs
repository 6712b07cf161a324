//! The register tile behind every product: `ROWS` rows by some vectors of columns, all sums in registers.

use crate::simd::Simd;
use crate::work::Work;

/// Computes one tile. Every sum goes in the same order (tap by tap, number by number) whatever MR and NV, so the same columns give the same
/// bits in every tile.
#[inline(always)]
pub(crate) unsafe fn tile<S: Simd, const MR: usize, const NV: usize>(work: &Work) {
    let &Work { taps, c, rows, mut b, out, stride } = work;
    let mut sums = [[S::splat(0.0); NV]; MR];
    for tap in 0..taps {
        let mut a = [core::ptr::null::<f32>(); MR];
        for (i, a) in a.iter_mut().enumerate() {
            *a = *rows.add(i * taps + tap);
        }
        let mut k = 0;
        while k + 4 <= c {
            for u in 0..4 {
                step::<S, MR, NV>(&a, k + u, b.add(u * NV * S::LANES), &mut sums);
            }
            b = b.add(4 * NV * S::LANES);
            k += 4;
        }
        while k < c {
            step::<S, MR, NV>(&a, k, b, &mut sums);
            b = b.add(NV * S::LANES);
            k += 1;
        }
    }
    for (i, row) in sums.iter().enumerate() {
        for (j, sum) in row.iter().enumerate() {
            S::store(out.add(i * stride + j * S::LANES), *sum);
        }
    }
}

/// One number of each row, by one row of `b`.
#[inline(always)]
unsafe fn step<S: Simd, const MR: usize, const NV: usize>(a: &[*const f32; MR], k: usize, b: *const f32, sums: &mut [[S::V; NV]; MR]) {
    let mut columns = [S::splat(0.0); NV];
    for (j, column) in columns.iter_mut().enumerate() {
        *column = S::load(b.add(j * S::LANES));
    }
    for i in 0..MR {
        let x = S::splat(*a[i].add(k));
        for j in 0..NV {
            sums[i][j] = S::fma(x, columns[j], sums[i][j]);
        }
    }
}
