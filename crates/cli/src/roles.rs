//! What functions and workers may do on this machine: exactly what the infrastructure lets them do on AWS.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use local_cloud::{ACCOUNT, access::Roles};
use model::Region;

use crate::{functions, resources};

/// The role of what makes the tables and all else that the infrastructure makes on AWS.
pub const OWNER: &str = "oleada-deploy";

/// The statements of each role, with `${…}` where deployments differ. Made from the infrastructure's templates.
const WRITTEN: &str = include_str!("../../../infra/roles.json");

/// The roles of this machine, from the infrastructure or from a file like its own.
pub fn all(file: Option<&Path>, hub: &Region) -> Result<Roles> {
    match file {
        None => read(WRITTEN, hub).context("read the roles of the infrastructure"),
        Some(file) => fs::read_to_string(file)
            .map_err(Into::into)
            .and_then(|text| read(&text, hub))
            .with_context(|| format!("read the roles in {}", file.display())),
    }
}

fn read(written: &str, hub: &Region) -> Result<Roles> {
    let here = [
        ("${Partition}", "aws"),
        ("${Account}", ACCOUNT),
        ("${Hub}", hub.as_str()),
        ("${Bucket}", resources::BUCKET),
        ("${Name}", resources::NAME),
    ];
    Ok(Roles::read(written, &here, &functions::name(""))?.with_owner(OWNER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub() -> Region {
        "eu-west-3".parse().unwrap()
    }

    #[test]
    fn the_roles_of_the_infrastructure_can_be_enforced() {
        let roles = format!("{:?}", all(None, &hub()).unwrap());
        assert!(!roles.contains("${"), "something is not filled in: {roles}");
        for part in [
            "oleada-clean-up",
            "arn:aws:dynamodb:eu-west-3:000000000000:table/oleada-runs",
            "arn:aws:s3:::oleada/runs/*",
        ] {
            assert!(roles.contains(part), "{part} is missing");
        }
    }

    #[test]
    fn a_policy_that_cannot_be_enforced_names_its_role() {
        let written = r#"{"api": [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]}"#;
        let error = read(written, &hub()).unwrap_err();
        assert!(format!("{error:#}").contains("the policy of api"), "{error:#}");
    }
}
