//! What AWS asks for: a dated table, kept in `prices.csv` with the source of every row.

use std::sync::LazyLock;

use serde::{Serialize, Serializer};

use crate::Region;

/// Something that AWS has a price for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PricedItem)]
pub enum Item {
    FargateVcpuHour,
    FargateGbHour,
    FargateSpotVcpuHour,
    FargateSpotGbHour,
    /// Disk of a task above what is included, on Spot too.
    FargateDiskGbHour,
    PublicIpv4Hour,
    /// Ingestion by CloudWatch Logs.
    LogsGb,
    /// Messages of IoT Core, metered by 5 KB.
    IotMillionMessages,
    /// To the internet.
    EgressGb,
}

impl Item {
    pub const ALL: [Self; 9] = [
        Self::FargateVcpuHour,
        Self::FargateGbHour,
        Self::FargateSpotVcpuHour,
        Self::FargateSpotGbHour,
        Self::FargateDiskGbHour,
        Self::PublicIpv4Hour,
        Self::LogsGb,
        Self::IotMillionMessages,
        Self::EgressGb,
    ];

    /// What one of it is.
    pub fn unit(self) -> &'static str {
        match self {
            Self::FargateVcpuHour | Self::FargateSpotVcpuHour => "vCPU-hour",
            Self::FargateGbHour | Self::FargateSpotGbHour | Self::FargateDiskGbHour => "GB-hour",
            Self::PublicIpv4Hour => "address-hour",
            Self::LogsGb | Self::EgressGb => "GB",
            Self::IotMillionMessages => "million messages",
        }
    }

    fn of(name: &str) -> Option<Self> {
        let named = |item: &Self| serde_json::to_value(item).is_ok_and(|value| value == name);
        Self::ALL.into_iter().find(named)
    }
}

/// The price of one unit: the first tier that is paid for, without tax, discounts and free tiers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    /// US dollars.
    pub usd: f64,
    /// The day on which the source said so.
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    #[schema(example = "https://aws.amazon.com/fargate/pricing/")]
    pub source: &'static str,
}

/// A day of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(jiff::civil::Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The price of an item in a region; `None` when the table does not know it.
pub fn of(item: Item, region: &Region) -> Option<Price> {
    let applies =
        |row: &&Row| row.item == item && (row.region == region.as_str() || row.region == EVERYWHERE);
    TABLE.iter().find(applies).map(|row| row.price)
}

const EVERYWHERE: &str = "*";

struct Row {
    region: &'static str,
    item: Item,
    price: Price,
    #[cfg_attr(not(test), expect(dead_code, reason = "for who keeps the table"))]
    read: Day,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = include_str!("prices.csv").lines();
    let rows = lines.filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|line| row(line).unwrap_or_else(|| panic!("not a price: {line}")))
        .collect()
});

/// `region,item,usd,as_of,read,source`; the source is the rest of the line.
fn row(line: &'static str) -> Option<Row> {
    let mut fields = line.splitn(6, ',');
    let region = fields.next()?;
    let item = Item::of(fields.next()?)?;
    let usd = fields.next()?.parse().ok()?;
    let as_of = Day(fields.next()?.parse().ok()?);
    let read = Day(fields.next()?.parse().ok()?);
    let source = fields.next()?;
    let price = Price { usd, as_of, source };
    Some(Row {
        region,
        item,
        price,
        read,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_price_is_one_of_a_kind_dated_and_sourced() {
        let mut seen = HashSet::new();
        for row in TABLE.iter() {
            let (region, item) = (row.region, row.item);
            assert!(seen.insert((region, item)), "{region} {item:?} twice");
            assert!(
                region == EVERYWHERE || region.parse::<Region>().is_ok(),
                "{region}"
            );
            assert!(row.price.usd > 0.0 && row.price.usd < 10.0, "{region} {item:?}");
            assert!(
                row.price.as_of <= row.read,
                "{region} {item:?} was read before it was said"
            );
            assert!(row.price.source.starts_with("https://"), "{region} {item:?}");
        }
        for row in TABLE.iter().filter(|row| row.item == Item::FargateVcpuHour) {
            let memory = of(Item::FargateGbHour, &row.region.parse().unwrap());
            assert!(memory.is_some(), "{} has a price of vCPU alone", row.region);
        }
    }

    #[test]
    fn a_region_that_is_not_in_the_table_has_no_price() {
        let price = |region: &str, item| of(item, &region.parse().unwrap()).map(|price| price.usd);
        assert_eq!(price("us-east-1", Item::FargateVcpuHour), Some(0.04048));
        assert_eq!(price("sa-east-1", Item::LogsGb), Some(0.9));
        assert_eq!(price("mx-central-1", Item::FargateVcpuHour), None);
        assert_eq!(price("mx-central-1", Item::PublicIpv4Hour), Some(0.005));
    }
}
