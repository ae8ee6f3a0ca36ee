//! What the document of a scenario alone does not tell: whether its regions are on offer and its script can run.

use std::collections::BTreeSet;

use aws::objects::keys;
use model::{
    Region,
    scenario::Scenario,
    shape::Shape,
    workload::{Script, Workload},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{App, error::internal, intake, problem::Problem};

/// Refuses a scenario that could not run, with every reason.
pub(crate) async fn scenario(app: &App, scenario: &Scenario) -> Result<(), Problem> {
    let mut problems = regions(app, scenario).await?;
    if let Workload::Script(script) = &scenario.workload {
        let sets_users = matches!(scenario.shape, Shape::Users(_));
        problems.extend(script_problems(app, script, sets_users).await?);
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(model::Problems(problems).into())
}

/// What is wrong with the regions that load shall come from.
pub(crate) async fn regions(app: &App, scenario: &Scenario) -> Result<Vec<model::Problem>, Problem> {
    let offered: BTreeSet<Region> = app
        .gateways
        .settings
        .sites()
        .await?
        .into_iter()
        .map(|site| site.region)
        .collect();
    let names: Vec<&str> = offered.iter().map(Region::as_str).collect();
    let missing = scenario
        .traffic
        .iter()
        .enumerate()
        .filter(|(_, traffic)| !offered.contains(&traffic.region));
    Ok(missing
        .map(|(i, _)| model::Problem {
            pointer: format!("/traffic/{i}/region"),
            detail: format!("is not on offer here; the regions are: {}", names.join(", ")),
        })
        .collect())
}

/// What a script is asked: the answer for a script, which never changes, depends on nothing else.
#[derive(Debug, Serialize)]
pub(crate) struct Question<'a> {
    /// The rules may change with the product.
    version: &'static str,
    entry: Option<&'a str>,
    properties: &'a std::collections::BTreeMap<String, String>,
    sets_users: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    problems: Vec<model::Problem>,
}

async fn script_problems(
    app: &App,
    script: &Script,
    sets_users: bool,
) -> Result<Vec<model::Problem>, Problem> {
    let at_script = |detail: &str| {
        Ok(vec![model::Problem {
            pointer: "/workload/scriptId".to_owned(),
            detail: detail.to_owned(),
        }])
    };
    let id = script.script_id;
    let record = match intake::look(app, id).await? {
        intake::Script::Unknown => return at_script("there is no such script"),
        intake::Script::Announced(_) => return at_script("was announced, and has not been uploaded yet"),
        intake::Script::Taken(_, record) => record,
    };
    if let Some(problem) = &record.problem {
        return at_script(problem);
    }
    let question = Question {
        version: env!("CARGO_PKG_VERSION"),
        entry: script.entry.as_deref(),
        properties: &script.properties,
        sets_users,
    };
    let question_bytes = serde_json::to_vec(&question).map_err(|error| internal(&error))?;
    let digest = hex::encode(Sha256::digest(question_bytes));
    let key = format!("{}checks/{digest}.json", keys::script_prefix(id));
    let objects = &app.gateways.objects;
    match objects.get(&key).await {
        Ok(bytes) => {
            let answer: Answer = serde_json::from_slice(&bytes).map_err(|error| internal(&error))?;
            return Ok(answer.problems);
        }
        Err(aws::Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let problems = intake::ask(app, id, script, sets_users).await?;
    let answer = Answer { problems };
    let bytes = serde_json::to_vec(&answer).map_err(|error| internal(&error))?;
    objects.put(&key, bytes).await?;
    Ok(answer.problems)
}
