//! `{quantity}`: a Kubernetes quantity, `500m`, `4`, `256Mi`.

use std::str::FromStr;

use shakedown_engine::api::Quantity;

use super::ParameterError;
use super::pattern::parameter;

/// An amount of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// As it was written: Kubernetes keeps it so.
    pub text: String,
    /// Its value.
    pub quantity: Quantity,
}

parameter!(
    Amount,
    "quantity",
    r"\d+(?:\.\d+)?(?:[eE][+-]?\d+|[KMGTPE]i|[numkMGTPE])?"
);

impl FromStr for Amount {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let quantity = Quantity::parse(text).map_err(|error| ParameterError::new(format!("`{text}`: {error}")))?;
        Ok(Self {
            text: text.to_owned(),
            quantity,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    fn check(text: &str, expect_milli: Option<i64>) {
        let expect = expect_milli.map(|_| text.parse::<Amount>().expect("a quantity"));
        assert_eq!(
            expect.as_ref().map(|amount| amount.quantity.milli_value()),
            expect_milli,
            "{text}"
        );
        check_parameter(text, expect);
    }

    #[test]
    fn kubernetes_quantities() {
        check("500m", Some(500));
        check("4", Some(4000));
        check("256Mi", Some(256 << 20).map(|bytes: i64| bytes * 1000));
        check("8Gi", Some(8 << 30).map(|bytes: i64| bytes * 1000));
        for text in ["", "Mi", "4 Gi", "-1", "4GB"] {
            check(text, None);
        }
    }
}
