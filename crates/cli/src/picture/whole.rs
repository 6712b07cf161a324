//! Whether a file is whole, before its decoder is let at it.

/// Whether a WebP's parts are in the file: its decoder sets aside what they claim, up to 4 GB, before it reads them.
pub(super) fn keeps_its_word(bytes: &[u8]) -> bool {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WEBP") {
        return true;
    }
    let mut at = 12;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        at += 8 + length + length % 2;
        if at > bytes.len() + 1 {
            return false;
        }
    }
    true
}

/// Whether a JPEG's segments come to its end marker (ITU-T T.81, annex B): thumbnails inside of a segment have ends of their own. A decoder
/// shows grey where a file ends early. What follows the end is nobody's affair.
pub(super) fn has_end(bytes: &[u8]) -> bool {
    if bytes.get(..2) != Some(&[0xff, 0xd8]) {
        return true;
    }
    let mut at = 2;
    loop {
        // Between segments and in what a scan holds, only 0xff begins a marker; behind it 0x00 is a stuffed byte, 0xff fills.
        let Some(start) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff)) else { return false };
        at += start;
        while bytes.get(at) == Some(&0xff) {
            at += 1;
        }
        match bytes.get(at) {
            None => return false,
            Some(0xd9) => return true,
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            Some(_) => {
                let Some(length) = bytes.get(at + 1..at + 3) else { return false };
                at += 1 + usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
}
