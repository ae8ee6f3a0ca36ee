//! What limits how much load there can be, and whether a run keeps within it.

use std::fmt;

use serde::Serialize;

use crate::Region;

/// A limit, what a run needs of it, and what there is of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quota {
    /// Null when it is of a machine that several regions share.
    #[schema(required)]
    pub region: Option<Region>,
    /// As Service Quotas calls it.
    #[schema(example = "Fargate On-Demand vCPU resource count")]
    pub name: String,
    /// By which it is found in Service Quotas; null for a machine.
    #[schema(required, example = "L-3032A538")]
    pub code: Option<String>,
    pub needed: u64,
    /// Null when it could not be read.
    #[schema(required)]
    pub quota: Option<u64>,
    /// By tasks of Oleada that run now.
    pub used: u64,
    /// How much is missing; 0 when it is enough, or not known.
    pub shortfall: u64,
}

impl Quota {
    pub fn of_region(region: Region, kind: FargateVcpu, needed: u64, quota: Option<u64>, used: u64) -> Self {
        Self::new(Some(region), kind.name(), Some(kind.code()), needed, quota, used)
    }

    pub fn of_machine(name: &str, needed: u64, quota: u64, used: u64) -> Self {
        Self::new(None, name, None, needed, Some(quota), used)
    }

    fn new(
        region: Option<Region>,
        name: &str,
        code: Option<&str>,
        needed: u64,
        quota: Option<u64>,
        used: u64,
    ) -> Self {
        let available = quota.map(|quota| quota.saturating_sub(used));
        Self {
            region,
            name: name.to_owned(),
            code: code.map(str::to_owned),
            needed,
            quota,
            used,
            shortfall: available.map_or(0, |available| needed.saturating_sub(available)),
        }
    }
}

/// What is missing, and what a person can do about it.
impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self
            .region
            .as_ref()
            .map_or_else(|| "this machine".to_owned(), ToString::to_string);
        write!(f, "{place}: {} needed of `{}`", self.needed, self.name)?;
        let Some(quota) = self.quota else {
            return f.write_str(", which could not be read");
        };
        write!(f, ", which is {quota} with {} in use", self.used)?;
        if self.shortfall == 0 {
            return Ok(());
        }
        f.write_str(": use fewer or smaller workers")?;
        if self.needed <= quota {
            return f.write_str(", or wait for the end of other runs");
        }
        match (&self.code, &self.region) {
            (Some(code), Some(region)) => write!(
                f,
                ", or ask for {} more at {}/servicequotas/home/services/fargate/quotas/{code}",
                self.shortfall,
                region.console()
            ),
            _ => Ok(()),
        }
    }
}

/// The two quotas of Fargate, each per account and region.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html#service-quotas-fargate>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FargateVcpu {
    OnDemand,
    Spot,
}

impl FargateVcpu {
    pub fn of(spot: bool) -> Self {
        if spot { Self::Spot } else { Self::OnDemand }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::OnDemand => "Fargate On-Demand vCPU resource count",
            Self::Spot => "Fargate Spot vCPU resource count",
        }
    }

    /// In Service Quotas, under the service `fargate`.
    pub fn code(self) -> &'static str {
        match self {
            Self::OnDemand => "L-3032A538",
            Self::Spot => "L-36FBB829",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(needed: u64, quota: Option<u64>, used: u64) -> Quota {
        Quota::of_region(
            "us-east-1".parse().unwrap(),
            FargateVcpu::OnDemand,
            needed,
            quota,
            used,
        )
    }

    #[test]
    fn a_shortfall_is_what_is_not_free() {
        assert_eq!(quota(8, Some(16), 8).shortfall, 0);
        assert_eq!(quota(9, Some(16), 8).shortfall, 1);
        assert_eq!(quota(1, Some(4), 8).shortfall, 1);
        assert_eq!(quota(9, None, 8).shortfall, 0);
    }

    #[test]
    fn what_can_be_done_depends_on_what_is_missing() {
        assert_eq!(
            quota(20, Some(16), 4).to_string(),
            "us-east-1: 20 needed of `Fargate On-Demand vCPU resource count`, which is 16 with 4 in use: use fewer or \
             smaller workers, or ask for 8 more at \
             https://us-east-1.console.aws.amazon.com/servicequotas/home/services/fargate/quotas/L-3032A538"
        );
        assert!(
            quota(16, Some(16), 4)
                .to_string()
                .ends_with("wait for the end of other runs")
        );
        let machine = Quota::of_machine("memory in GB", 64, 32, 0);
        assert_eq!(
            machine.to_string(),
            "this machine: 64 needed of `memory in GB`, which is 32 with 0 in use: use fewer or smaller workers"
        );
    }
}
