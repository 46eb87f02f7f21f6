use super::*;
use crate::api::draws::Draws;

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn parses_and_prints() {
    let check = |text: &str, shown: &str, canonical: &str, milli: i64| {
        let seen = quantity(text);
        assert_eq!(
            (seen.to_string().as_str(), seen.canonical().as_str(), seen.milli_value()),
            (shown, canonical, milli)
        );
    };
    check("0", "0", "0", 0);
    check("-", "0", "0", 0);
    check(".", "0", "0", 0);
    check("500m", "500m", "500m", 500);
    check("0.5", "500m", "500m", 500);
    check("1500m", "1500m", "1500m", 1500);
    check("1000m", "1", "1", 1000);
    check("+1", "+1", "1", 1000);
    check("1.5Gi", "1536Mi", "1536Mi", 1_610_612_736_000);
    check("1024", "1024", "1024", 1_024_000);
    check("1024Ki", "1Mi", "1Mi", 1_048_576_000);
    check("512Ki", "512Ki", "512Ki", 524_288_000);
    check("0.1n", "1n", "1n", 1);
    // Kubernetes rounds negative decimals up by one, whatever the remainder.
    check("-0.1n", "-1n", "-1n", 1);
    check("1e4294967299", "1e4294967299", "1e3", 1_000_000);
    check("9Ei", "9223372036854775807", "9223372036854775807", -1000);
    check("1e-9999", "1e-9", "1e-9", 1);
}

#[test]
fn refuses() {
    let check = |text: &str, expect| assert_eq!(text.parse::<Quantity>().err(), Some(expect), "{text}");
    check("", QuantityError::Format);
    check("1 ", QuantityError::Format);
    check("1Gi1x", QuantityError::Format);
    check("１", QuantityError::Format);
    check("1K", QuantityError::Suffix);
    check("1e", QuantityError::Suffix);
    check("--1", QuantityError::Suffix);
    check("1e99999999999999999999", QuantityError::Suffix);
    check(".e-10", QuantityError::Numeric);
    check("1e10001", QuantityError::TooLong);
    check(&"1".repeat(10_001), QuantityError::TooLong);
}

#[test]
fn adds_and_subtracts() {
    let check = |a: &str, b: &str, sum: &str, difference: &str| {
        let (added, subtracted) = (quantity(a).add(&quantity(b)), quantity(a).sub(&quantity(b)));
        assert_eq!(
            (added.to_string().as_str(), subtracted.to_string().as_str()),
            (sum, difference),
            "{a} and {b}"
        );
    };
    check("1", "500m", "1500m", "500m");
    check("0", "1Gi", "1Gi", "-1Gi");
    check("1Gi", "1Gi", "2Gi", "0");
    check("+1", "0", "1", "1");
    check("8Ei", "8Ei", "18446744073709551614", "0");
    check(
        "1e10000",
        "1n",
        &format!("1{}1e-9", "0".repeat(10_008)),
        &format!("{}e-9", "9".repeat(10_009)),
    );
}

#[test]
fn wide_exponents_compare_without_writing_out_digits() {
    let check = |a: &str, b: &str, expect| assert_eq!(quantity(a).cmp(&quantity(b)), expect, "{a} against {b}");
    check("1e10000", "1", Ordering::Greater);
    check("-1e10000", "1", Ordering::Less);
    check("0e10000", "1n", Ordering::Less);
    check("1000m", "1", Ordering::Equal);
    check("9Ei", "1E", Ordering::Greater);
    check("1.00000000000000000000", "1", Ordering::Equal);
}

fn draw(draws: &mut Draws) -> String {
    let number = draws.next(1_000_000);
    let digits = [
        number.to_string(),
        format!("{number}.{}", draws.next(100_000)),
        format!("-{number}"),
    ];
    let suffixes = ["", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "e3", "E-2"];
    format!("{}{}", digits[draws.next(3)], draws.pick(&suffixes))
}

#[test]
fn canonical_text_is_a_fixed_point_and_arithmetic_undoes_itself() {
    let mut draws = Draws(7);
    for _ in 0..5_000 {
        let (a, b) = (draw(&mut draws), draw(&mut draws));
        let (first, second) = (quantity(&a), quantity(&b));
        assert_eq!(quantity(&first.canonical()), first, "{a} keeps its value");
        assert_eq!(
            quantity(&first.canonical()).canonical(),
            first.canonical(),
            "{a} is canonical"
        );
        let back = first.add(&second).sub(&second);
        assert_eq!(back, first, "{a} plus and minus {b}");
        let difference = first.sub(&second);
        assert_eq!(difference.sign(), first.cmp(&second) as i32, "{a} against {b}");
    }
}

#[test]
fn no_text_panics() {
    let mut draws = Draws(11);
    let pieces = [
        "0", "1", "7", "99", ".", "+", "-", "e", "E", "i", "n", "m", "k", "Ki", "G", "P", " ", "é", "\0",
    ];
    let mut parsed = 0;
    for _ in 0..50_000 {
        let text = draws.text(11, &pieces);
        if let Ok(quantity) = text.parse::<Quantity>() {
            parsed += 1;
            assert!(
                !quantity.to_string().is_empty(),
                "{text}: {} {}",
                quantity.value(),
                quantity.milli_value()
            );
        }
    }
    assert!(parsed > 1_000, "the generator must hit quantities: {parsed}");
}
