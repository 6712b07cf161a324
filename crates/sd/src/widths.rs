//! How wide each family's text is: what its text encoders' vectors have in numbers. A LoRA and a textual inversion are told apart by it.

/// The widths of a family's text encoders, in order, and its name. The denoiser is shown their results side by side.
const FAMILIES: &[(&[usize], &str)] =
    &[(&[768], "Stable Diffusion 1.x"), (&[1024], "Stable Diffusion 2.x"), (&[768, 1280], "Stable Diffusion XL")];

/// The family whose denoiser is shown a text so wide.
pub(crate) fn of_text(width: usize) -> Option<&'static str> {
    FAMILIES.iter().find(|(widths, _)| widths.iter().sum::<usize>() == width).map(|(_, family)| *family)
}

/// The family whose text encoders' vectors are so wide, or that one of them is of.
pub(crate) fn of_vectors(widths: &[usize]) -> Option<String> {
    let whole = FAMILIES.iter().find(|(known, _)| *known == widths).map(|(_, family)| family.to_string());
    let part = || FAMILIES.iter().find(|(known, _)| known.ends_with(widths)).map(|(_, family)| format!("a part of {family}"));
    whole.or_else(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_known_by_its_text() {
        assert_eq!((of_text(768), of_text(2048), of_text(1280)), (Some("Stable Diffusion 1.x"), Some("Stable Diffusion XL"), None));
        for (widths, family) in [
            (&[768][..], Some("Stable Diffusion 1.x")),
            (&[768, 1280], Some("Stable Diffusion XL")),
            (&[1280], Some("a part of Stable Diffusion XL")),
            (&[32], None),
        ] {
            assert_eq!(of_vectors(widths).as_deref(), family, "{widths:?}");
        }
    }
}
