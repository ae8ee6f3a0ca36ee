//! AWS regions, by their names.

use std::{fmt, str::FromStr};

use crate::text::as_string;

/// The name of an AWS region, such as `sa-east-1`. That it is offered by this deployment is another question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

/// A string that cannot be the name of a region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be the name of an AWS region, such as us-east-1")]
pub struct InvalidRegion;

impl Region {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of the region's console, which each of AWS's partitions has in a domain of its own.
    pub fn console(&self) -> String {
        let domain = match self.0.as_str() {
            region if region.starts_with("us-gov-") => "amazonaws-us-gov.com",
            region if region.starts_with("cn-") => "amazonaws.cn",
            _ => "aws.amazon.com",
        };
        format!("https://{self}.console.{domain}")
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, InvalidRegion> {
        let parts: Vec<&str> = text.split('-').collect();
        let [area, middle @ .., number] = parts.as_slice() else {
            return Err(InvalidRegion);
        };
        let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
        let valid = area.len() == 2
            && letters(area)
            && (1..=2).contains(&middle.len())
            && middle.iter().all(|part| letters(part) && part.len() <= 12)
            && (1..=2).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit());
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRegion)
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

as_string!(Region, "^[a-z]{2}(-[a-z]{1,12}){1,2}-[0-9]{1,2}$", "us-east-1");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_regions_and_nothing_else() {
        for right in ["us-east-1", "sa-east-1", "ap-southeast-2", "us-gov-west-1"] {
            assert_eq!(
                right.parse::<Region>().map(|r| r.to_string()),
                Ok(right.to_owned())
            );
        }
        for wrong in [
            "",
            "us",
            "us-east",
            "US-EAST-1",
            "us-east-1a",
            "us--1",
            "us-east-1/..",
            "mars",
        ] {
            assert!(wrong.parse::<Region>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_partition_has_its_console() {
        let console = |region: &str| region.parse::<Region>().unwrap().console();
        assert_eq!(console("eu-west-1"), "https://eu-west-1.console.aws.amazon.com");
        assert_eq!(
            console("us-gov-west-1"),
            "https://us-gov-west-1.console.amazonaws-us-gov.com"
        );
        assert_eq!(console("cn-north-1"), "https://cn-north-1.console.amazonaws.cn");
    }
}
