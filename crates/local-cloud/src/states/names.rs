//! Names and ARNs of state machines and executions.

use crate::{ACCOUNT, call::Error};

/// The ARN of a state machine.
pub(super) fn machine(region: &str, name: &str) -> String {
    format!("arn:aws:states:{region}:{ACCOUNT}:stateMachine:{name}")
}

/// The ARN of an execution of the machine whose ARN is `machine`, which has been checked.
pub(super) fn execution(machine: &str, name: &str) -> String {
    format!("{}:{name}", machine.replacen(":stateMachine:", ":execution:", 1))
}

/// Fails with `InvalidName`; the rules are those of `CreateStateMachine` and `StartExecution`.
pub(super) fn check(name: &str) -> Result<(), Error> {
    let forbidden = |c: char| c.is_control() || c.is_whitespace() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c);
    if name.is_empty() || name.chars().count() > 80 || name.contains(forbidden) {
        return Err(Error::new("InvalidName", format!("Invalid Name: '{name}'")));
    }
    Ok(())
}

/// Fails with `InvalidArn` unless `arn` is of the given kind: `stateMachine` or `execution`.
pub(super) fn check_arn(arn: &str, kind: &str) -> Result<(), Error> {
    let parts: Vec<_> = arn.split(':').collect();
    let names = if kind == "execution" { 2 } else { 1 };
    let well_formed = parts.len() == 6 + names
        && parts[..3] == ["arn", "aws", "states"]
        && parts[5] == kind
        && parts[3..].iter().all(|part| !part.is_empty());
    if well_formed {
        Ok(())
    } else {
        Err(Error::new("InvalidArn", format!("Invalid Arn: '{arn}'")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_made_and_recognised() {
        let machine = machine("eu-west-1", "m");
        assert_eq!(machine, "arn:aws:states:eu-west-1:000000000000:stateMachine:m");
        let execution = execution(&machine, "e");
        assert_eq!(execution, "arn:aws:states:eu-west-1:000000000000:execution:m:e");
        assert!(check_arn(&machine, "stateMachine").is_ok() && check_arn(&execution, "execution").is_ok());
        assert!(check_arn(&machine, "execution").is_err() && check_arn("nope", "stateMachine").is_err());
    }

    #[test]
    fn names_are_checked() {
        for name in ["", "a b", "a:b", "a/b", "a*", &"x".repeat(81)] {
            assert_eq!(check(name).expect_err(name).code, "InvalidName");
        }
        assert!(check("01JABC-run_é.2").is_ok());
    }
}
