//! Networks of addresses: `10.0.0.0/24`, `2001:db8::/32`.

use core::fmt;
use core::net::IpAddr;

/// A network, by its first address and the number of bits that its addresses share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Network {
    first: IpAddr,
    shared: u32,
}

/// Why a text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum NoNetwork {
    /// It is no address and length.
    Malformed,
    /// The address is not the first one of its network, which is this.
    NotItsFirst(Network),
}

impl Network {
    pub(in crate::policy) const SHAPE: &str = "an address and how many of its bits count, as in 10.0.0.0/24";

    /// Reads one.
    pub(in crate::policy) fn parse(text: &str) -> Result<Self, NoNetwork> {
        let (address, shared) = text.split_once('/').ok_or(NoNetwork::Malformed)?;
        let address: IpAddr = address.parse().map_err(|_| NoNetwork::Malformed)?;
        let digits = (1..=3).contains(&shared.len()) && shared.bytes().all(|b| b.is_ascii_digit());
        let shared: u32 = shared.parse().ok().filter(|_| digits).ok_or(NoNetwork::Malformed)?;
        if shared > bits(address) {
            return Err(NoNetwork::Malformed);
        }
        let network = Self { first: first(address, shared), shared };
        if network.first == address { Ok(network) } else { Err(NoNetwork::NotItsFirst(network)) }
    }

    /// Is this text one of its addresses?
    pub(super) fn holds(&self, text: &str) -> bool {
        let address: Option<IpAddr> = text.parse().ok();
        address.is_some_and(|address| {
            address.is_ipv4() == self.first.is_ipv4() && first(address, self.shared) == self.first
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.shared)
    }
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The first address of the network of which this one is.
fn first(address: IpAddr, shared: u32) -> IpAddr {
    let rest = bits(address) - shared;
    match address {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits() & u32::MAX.checked_shl(rest).unwrap_or(0)).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & u128::MAX.checked_shl(rest).unwrap_or(0)).into()),
    }
}
