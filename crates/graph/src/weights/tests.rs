use super::*;
use crate::ENCODINGS;

const LAYOUTS: [Layout; 6] = [
    Layout::Vector(7),
    Layout::Matrix { rows: 3, columns: 5 },
    Layout::Matrix { rows: 2, columns: 64 },
    Layout::Matrix { rows: 7, columns: 32 },
    Layout::Conv { out: 2, input: 3, kernel: [3, 3] },
    Layout::Conv { out: 5, input: 32, kernel: [1, 3] },
];

/// The device's bytes after the rows came in chunks of so many.
fn packed(weight: &WeightUse, values: &[f32], chunk: usize) -> Vec<u8> {
    let mut device = vec![0; weight.bytes()];
    for (i, values) in values.chunks(chunk * weight.row_numbers()).enumerate() {
        for (at, bytes) in weight.pack_rows(i * chunk, values).expect("whole rows") {
            assert!(at.is_multiple_of(4) && bytes.len().is_multiple_of(4), "a write begins and ends with a word");
            device[at..at + bytes.len()].copy_from_slice(&bytes);
        }
    }
    device
}

#[test]
fn rows_in_any_chunks_give_the_same_bytes_and_the_numbers_back() {
    for row in ENCODINGS {
        for layout in LAYOUTS {
            let weight = WeightUse::new("w".into(), layout, row.encoding);
            let values: Vec<f32> = (0..weight.numbers()).map(|i| (i % 11) as f32 - 5.0).collect();
            let whole = packed(&weight, &values, weight.rows());
            for chunk in [1, 2, 3] {
                assert_eq!(packed(&weight, &values, chunk * weight.row_alignment()), whole, "{layout:?} as {}", row.name);
            }
            let seen = weight.seen(0, &values).expect("as many numbers as the layout wants");
            for (v, g) in values.iter().zip(&seen) {
                assert!((v - g).abs() <= 5.0 * row.error_bound, "{layout:?} as {}: expected {v}, got {g}", row.name);
            }
            assert_eq!(packed(&weight, &seen, weight.rows()), whole, "{layout:?} as {}", row.name);
        }
    }
}

#[test]
fn cut_or_misplaced_rows_are_refused() {
    let weight = WeightUse::new("fc.weight".into(), Layout::Matrix { rows: 3, columns: 5 }, Encoding::F32);
    let refusal = |weight: &WeightUse, first, n| weight.pack_rows(first, &vec![0.0; n]).expect_err("it is wrong").to_string();
    assert_eq!(refusal(&weight, 0, 14), "weight fc.weight: expected rows of 5 numbers up to row 3, got 14 numbers at row 0");
    assert_eq!(refusal(&weight, 2, 10), "weight fc.weight: expected rows of 5 numbers up to row 3, got 10 numbers at row 2");
    let weight = WeightUse::new("fc.weight".into(), Layout::Matrix { rows: 4, columns: 32 }, Encoding::Q8_0);
    assert_eq!(refusal(&weight, 1, 32), "weight fc.weight: rows 1 to 2 do not begin and end at multiples of 2");
}
