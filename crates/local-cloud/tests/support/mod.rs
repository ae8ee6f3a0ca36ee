//! A fresh local cloud for a test, and the SDK's configuration for it.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::Path;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use local_cloud::{Config, LocalCloud, Tasks, access::Roles, ecs::Capacity};

/// A running local cloud in a data directory of its own.
pub struct TestCloud {
    pub cloud: LocalCloud,
    pub data: tempfile::TempDir,
}

impl TestCloud {
    pub async fn start() -> Self {
        Self::with_roles(Roles::unrestricted()).await
    }

    pub async fn with_roles(roles: Roles) -> Self {
        let data = tempfile::tempdir().unwrap();
        let config = Config {
            roles,
            ..config(data.path())
        };
        Self {
            cloud: LocalCloud::start(config).await.unwrap(),
            data,
        }
    }

    /// Stops the cloud and starts it again on the same data.
    pub async fn restart(self) -> Self {
        self.cloud.shutdown().await;
        Self {
            cloud: start(self.data.path()).await,
            data: self.data,
        }
    }

    /// The SDK's configuration with the key of a role.
    pub fn sdk(&self, role: &str) -> SdkConfig {
        sdk(&self.cloud, role)
    }
}

pub async fn start(data: &Path) -> LocalCloud {
    LocalCloud::start(config(data)).await.unwrap()
}

pub fn config(data: &Path) -> Config {
    Config {
        data: data.to_owned(),
        regions: vec!["us-east-1".into(), "sa-east-1".into()],
        gateway_port: 0,
        functions: Box::new(|_| Ok(Vec::new())),
        tasks: Tasks {
            supervisor: env!("CARGO_BIN_EXE_local-cloud-task-supervisor").into(),
            path: "/usr/bin:/bin".into(),
            capacity: Capacity::of_machine(8.0, 1.0).unwrap(),
        },
        roles: Roles::unrestricted(),
        access_log: None,
    }
}

pub fn sdk(cloud: &LocalCloud, role: &str) -> SdkConfig {
    let key = cloud.credentials().issue(role).unwrap();
    sdk_with(
        &cloud.endpoint(),
        Credentials::new(key.id, key.secret, None, None, "test"),
    )
}

pub fn sdk_with(endpoint: &str, credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// As [`sdk`], with all that a credentials provider needs.
pub async fn sdk_with_clock(cloud: &LocalCloud, role: &str) -> SdkConfig {
    let plain = sdk(cloud, role);
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(cloud.endpoint())
        .credentials_provider(plain.credentials_provider().unwrap())
        .http_client(plain.http_client().unwrap())
        .load()
        .await
}
