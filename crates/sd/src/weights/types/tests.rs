//! Every type that is read has its row, and its numbers are torch's.

use super::*;

#[test]
fn every_type_that_is_read_has_a_name_and_a_row_that_agrees_on_its_size() {
    for ReadRow { dtype, name, block, bytes, .. } in READ {
        assert_eq!(dtype.to_string(), *name);
        let row = SAFETENSORS.iter().chain(GGML).find(|row| row.dtype == *dtype && row.name == *name).expect(name);
        assert_eq!((row.block, row.bits), (*block as u64, *bytes as u64 * 8), "{name}");
        let mut numbers = vec![7.0];
        dtype.decode(&vec![0; bytes * 3], &mut numbers);
        assert_eq!((numbers.len(), numbers[0]), (1 + block * 3, 7.0), "{name}");
    }
    assert_eq!(FileType::Other("I64").to_string(), "I64");
}

/// torch: `torch.arange(256, dtype=torch.uint8).view(torch.float8_e4m3fn).float()`, and `float8_e5m2`; NaNs are equal.
#[test]
fn every_byte_of_eight_bit_floats_is_what_torch_says() {
    for (dtype, golden) in [
        (FileType::F8E4M3, include_bytes!("../../../../../tests/golden/weights/float8_e4m3fn.f32").as_slice()),
        (FileType::F8E5M2, include_bytes!("../../../../../tests/golden/weights/float8_e5m2.f32")),
    ] {
        let mut numbers = vec![];
        dtype.decode(&(0..=255).collect::<Vec<u8>>(), &mut numbers);
        for (byte, (got, want)) in numbers.iter().zip(golden.as_chunks().0).enumerate() {
            let want = f32::from_le_bytes(*want);
            assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(), "{dtype} {byte}: {got}, torch has {want}");
        }
        assert_eq!((numbers.len(), golden.len()), (256, 1024));
    }
}

#[test]
fn a_scalar_is_read_from_any_type_of_numbers() {
    for (dtype, bytes) in [
        (FileType::Other("I64"), &8i64.to_le_bytes()[..]),
        (FileType::Other("U64"), &8u64.to_le_bytes()),
        (FileType::Other("I32"), &8i32.to_le_bytes()),
        (FileType::Other("U32"), &8u32.to_le_bytes()),
        (FileType::Other("I16"), &8i16.to_le_bytes()),
        (FileType::Other("U16"), &8u16.to_le_bytes()),
        (FileType::Other("I8"), &[8]),
        (FileType::Other("U8"), &[8]),
        (FileType::F64, &8f64.to_le_bytes()),
        (FileType::F32, &8f32.to_le_bytes()),
        (FileType::F16, &f16::from_f32(8.0).to_le_bytes()),
        (FileType::BF16, &bf16::from_f32(8.0).to_le_bytes()),
        (FileType::F8E4M3, &[0x50]),
        (FileType::F8E5M2, &[0x48]),
    ] {
        assert_eq!(scalar(dtype, bytes), Some(8.0), "{dtype}");
        assert_eq!(scalar(dtype, &bytes[..bytes.len() - 1]), None, "{dtype}");
    }
    assert_eq!(scalar(FileType::Other("I64"), &(-3i64).to_le_bytes()), Some(-3.0));
    assert_eq!((scalar(FileType::Unknown(7), &[0; 16]), scalar(FileType::Q8_0, &[0; 34])), (None, None));
}

#[test]
fn bytes_count_whole_blocks_along_the_last_axis() {
    let q8_0 = GGML.iter().find(|row| row.name == "Q8_0").expect("it is in the table");
    for (shape, expected) in [(vec![3, 64], Some(6 * 34)), (vec![64, 3], None), (vec![0, 32], Some(0)), (vec![usize::MAX, 32], None)] {
        assert_eq!(q8_0.bytes(&shape), expected, "{shape:?}");
    }
}
