//! The actions that the simulator answers. Any other name is an `InvalidAction`, creating and deleting keys included:
//! the product never does either.

/// An action of the API `organization`, version `2021-03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Which zone does this account have? The only action without parameters.
    DescribeIdentityCenter,
    /// The zone's keys.
    ListScimCredentials,
    /// Switches a key on or off.
    UpdateScimCredentialStatus,
    /// Is synchronisation on?
    GetScimSynchronizationStatus,
    /// Switches synchronisation on or off.
    UpdateScimSynchronizationStatus,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::DescribeIdentityCenter,
        Self::ListScimCredentials,
        Self::UpdateScimCredentialStatus,
        Self::GetScimSynchronizationStatus,
        Self::UpdateScimSynchronizationStatus,
    ];

    /// The name in `X-TC-Action`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DescribeIdentityCenter => "DescribeIdentityCenter",
            Self::ListScimCredentials => "ListSCIMCredentials",
            Self::UpdateScimCredentialStatus => "UpdateSCIMCredentialStatus",
            Self::GetScimSynchronizationStatus => "GetSCIMSynchronizationStatus",
            Self::UpdateScimSynchronizationStatus => "UpdateSCIMSynchronizationStatus",
        }
    }

    /// The action of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}
