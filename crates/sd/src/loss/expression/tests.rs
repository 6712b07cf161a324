use super::*;
use decant_graph::op::awkward;

fn refusal(text: &str) -> String {
    Expression::parse(text).expect_err("it is refused").to_string()
}

#[test]
fn a_mistake_is_named_with_its_place() {
    let cases = [
        (
            "mean(abs(blu - 0.9))",
            "character 10: blu is not known; there are red, green, blue, x, y, and mean, abs, sqrt, min, max of something",
        ),
        ("mean(abs(blue - 0.9)", "character 5: this parenthesis is not closed"),
        ("mean(blue))", "character 11: this parenthesis closes none"),
        ("mean(blue / 0)", "character 11: this divides by zero"),
        ("mean(blue / (2 - 2))", "character 11: this divides by zero"),
        ("blue - 0.9", "character 1: it is a number for each pixel, expected one number; put mean( ) around it"),
        ("mean(x)", "character 1: it does not depend on the picture; it needs red, green or blue"),
        ("", "character 1: something is missing here: a number, a name or a parenthesis"),
        ("mean(blue -)", "character 12: a number, a name or a parenthesis is expected here"),
        ("mean(blue) mean(red)", "character 12: an operation (+ - * / ^) or the end is expected here"),
        ("mean(1.2.3 * red)", "character 6: 1.2.3 is no number"),
        ("mean red", "character 1: mean is of something in parentheses, as in mean(red)"),
        ("abs(red, blue)", "character 1: abs is of one thing, not of two"),
        ("mean(red) + sqrt(0 - 1)", "character 13: a number below zero has no square root"),
        ("mean(red) ^ (10^400)", "character 16: this is no number"),
        ("mean(red); alert(1)", "character 10: an operation (+ - * / ^) or the end is expected here"),
    ];
    for (text, expected) in cases {
        let sentence = refusal(text);
        assert!(sentence.contains(expected), "{text}: {sentence}");
    }
    assert!(refusal(&"r".repeat(10_000)).contains("a loss has 10000 characters, expected 1000 at most"));
    assert!(refusal(&"(".repeat(999)).contains("more than 60 parentheses or signs are within each other"));
    assert!(refusal(&"-".repeat(999)).contains("more than 60 parentheses or signs are within each other"));
    assert!(refusal(&"2^".repeat(499)).contains("more than 60 parentheses or signs are within each other"));
}

/// The same gradient by differences in f64, which the values are computed in.
#[test]
fn gradients_are_what_differences_say() {
    let (width, height) = (5, 4);
    let rgb: Vec<f32> = awkward(3 * width * height, 7).iter().map(|v| 0.5 + 0.4 * v.sin()).collect();
    let texts = [
        "mean(abs(blue - 0.9))",
        "mean((red - x)^2 + (green - y)^2) * 3 - 1",
        "-mean(red)^2 / (0.5 + mean(green * blue))",
        "max(red) - min(blue) + mean(max(red, green) - min(blue, 0.6))",
        "sqrt(mean((red - mean(red))^2)) + mean(sqrt(red + 1))",
        "mean(2 ^ red + red ^ 1.5 - red ^ 0) + mean(green ^ blue)",
        "abs(mean(red) - 2e-1) * mean(x * y * red)",
    ];
    for text in texts {
        let expression = Expression::parse(text).unwrap_or_else(|e| panic!("{e}"));
        let at = |rgb: &[f32]| expression.with_gradient(&Pixels { width, height, rgb });
        let (_, gradient) = at(&rgb);
        for i in 0..rgb.len() {
            let moved = |by: f32| {
                let mut moved = rgb.clone();
                moved[i] += by;
                (at(&moved).0, f64::from(moved[i]))
            };
            let ((up, high), (down, low)) = (moved(1e-4), moved(-1e-4));
            let difference = (up - down) / (high - low);
            assert!((difference - f64::from(gradient[i])).abs() < 2e-4, "{text}: {difference} by differences, {} at {i}", gradient[i]);
        }
    }
}

#[test]
fn corners_and_what_is_no_number_are_pytorchs() {
    let of =
        |text: &str, rgb: [f32; 3]| Expression::parse(text).expect("it reads").with_gradient(&Pixels { width: 1, height: 1, rgb: &rgb });
    assert_eq!(of("mean(abs(red))", [0.0; 3]), (0.0, vec![0.0; 3]));
    assert_eq!(of("mean(max(red, green))", [0.5, 0.5, 0.0]).1, [0.5, 0.5, 0.0]);
    assert_eq!(of("mean(red ^ 2)", [0.0; 3]).1, [0.0; 3]);
    assert!(of("mean(sqrt(red))", [-1.0, 0.0, 0.0]).0.is_nan());
    assert!(of("mean(1 / red)", [0.0; 3]).0.is_infinite());
}
