//! Addresses and ranges of addresses, as Go's `net` package reads them.

use super::fields::{Errors, Path};
use std::net::IpAddr;

/// An address range: an address in it and the length of its prefix in bits.
#[derive(Clone, Copy)]
pub(super) struct Range {
    address: u128,
    bits: u8,
    width: u8,
}

impl Range {
    /// Reads `10.0.0.0/8`.
    pub fn parse(text: &str) -> Option<Range> {
        let (address, bits) = text.split_once('/')?;
        let bits: u8 = bits.parse().ok()?;
        let (address, width) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        (bits <= width).then_some(Range { address, bits, width })
    }

    /// Whether another range is a part of this one, and smaller.
    pub fn holds(self, part: Range) -> bool {
        let shift = u32::from(self.width - self.bits);
        let prefix = |address: u128| address.checked_shr(shift).unwrap_or_default();
        self.width == part.width && self.bits < part.bits && prefix(self.address) == prefix(part.address)
    }
}

/// An address that traffic can be sent to: no loopback, no link-local one.
pub(super) fn check_ordinary_ip(text: &str, path: &Path, errors: &mut Errors) {
    let Ok(address) = text.parse::<IpAddr>() else {
        return errors.invalid(path, text, "must be a valid IP address");
    };
    let (is_link_local, is_link_local_multicast) = match address {
        IpAddr::V4(v4) => (v4.is_link_local(), matches!(v4.octets(), [224, 0, 0, _])),
        IpAddr::V6(v6) => {
            let first = v6.segments()[0];
            (first & 0xffc0 == 0xfe80, first & 0xff0f == 0xff02)
        }
    };
    if address.is_unspecified() {
        errors.invalid(path, text, format!("may not be unspecified ({text})"));
    }
    if address.is_loopback() {
        errors.invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    if is_link_local {
        let detail = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
        errors.invalid(path, text, detail);
    }
    if is_link_local_multicast {
        let detail = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
        errors.invalid(path, text, detail);
    }
}
