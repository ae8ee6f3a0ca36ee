//! What there is for workers to run on: quotas of regions, machines that several regions share, and what is in use.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};
use model::{
    quota::{FargateVcpu, Quota},
    scenario::Scenario,
};

use crate::{
    Error, Gateways,
    fleet::Usage,
    settings::{Machine, Site},
};

/// What a region has for workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    pub site: Site,
    /// vCPUs; `None` when it could not be read.
    pub on_demand: Option<u64>,
    pub spot: Option<u64>,
    /// `None` when ECS refuses to say: the cluster may be gone.
    pub used: Option<Usage>,
}

/// Regions that are asked at the same time.
const ASKED_AT_ONCE: usize = 8;

impl Gateways {
    /// What every region on offer has, by name. What runs there besides Oleada is not counted.
    pub async fn capacities(&self) -> Result<Vec<Capacity>, Error> {
        let sites = self.settings.sites().await?;
        stream::iter(sites)
            .map(|site| self.capacity(site))
            .buffered(ASKED_AT_ONCE)
            .try_collect()
            .await
    }

    /// What limits a run of the scenario: the quota of each of its regions, and the machines that they share.
    pub async fn quotas_of(&self, scenario: &Scenario) -> Result<Vec<Quota>, Error> {
        let capacities = self.capacities().await?;
        let kind = FargateVcpu::of(scenario.worker.spot);
        let mut quotas = Vec::new();
        let mut machines: HashMap<&Machine, (u64, u64)> = HashMap::new();
        for traffic in &scenario.traffic {
            let found = capacities
                .iter()
                .find(|capacity| capacity.site.region == traffic.region);
            let Some(capacity) = found else { continue };
            let (workers, size) = (u64::from(traffic.workers), &scenario.worker);
            let (vcpu, memory) = (
                workers * u64::from(size.vcpu),
                workers * u64::from(size.memory_gb),
            );
            let used = capacity.used.unwrap_or_default();
            let (quota, used) = match kind {
                FargateVcpu::OnDemand => (capacity.on_demand, used.on_demand),
                FargateVcpu::Spot => (capacity.spot, used.spot),
            };
            quotas.push(Quota::of_region(traffic.region.clone(), kind, vcpu, quota, used));
            if let Some(machine) = &capacity.site.machine {
                let needed = machines.entry(machine).or_default();
                *needed = (needed.0 + vcpu, needed.1 + memory);
            }
        }
        for (machine, (vcpu, memory)) in machines {
            let there = capacities
                .iter()
                .filter(|capacity| capacity.site.machine.as_ref() == Some(machine));
            let used = there.fold(Usage::default(), |sum, capacity| {
                sum.plus(capacity.used.unwrap_or_default())
            });
            let used_vcpu = used.on_demand + used.spot;
            quotas.push(Quota::of_machine("vCPU", vcpu, machine.vcpu, used_vcpu));
            quotas.push(Quota::of_machine(
                "memory in GB",
                memory,
                machine.memory_gb,
                used.memory_gb,
            ));
        }
        Ok(quotas)
    }

    /// What one region has.
    pub async fn capacity(&self, site: Site) -> Result<Capacity, Error> {
        let (on_demand, spot, used) = futures::try_join!(
            self.quotas.fargate_vcpu(&site.region, FargateVcpu::OnDemand),
            self.quotas.fargate_vcpu(&site.region, FargateVcpu::Spot),
            async {
                match self.fleet.usage(&site).await {
                    Ok(used) => Ok(Some(used)),
                    Err(Error::Refused { .. } | Error::NotFound(_)) => Ok(None),
                    Err(error) => Err(error),
                }
            },
        )?;
        Ok(Capacity {
            site,
            on_demand,
            spot,
            used,
        })
    }
}
