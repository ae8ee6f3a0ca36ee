//! Listeners that the executed copy leaves out: collectors of samples, which show them or write them to files of their own.
//!
//! In the tree they look like any other element, and a name says little: a plugin's `TokenCollector` may be a
//! post-processor that the plan needs. So those of JMeter and of the common plugins are known by their class, and others by
//! the `saveConfig` that JMeter's `ResultCollector` gives to all that are made of it.

use model::{field::Said, said};

use super::element;
use crate::xml::Element;

/// By the names that may stand in a plan. The plugins' classes need not be installed.
const KNOWN: [&str; 13] = [
    // View Results Tree, Aggregate Report, Simple Data Writer, …: they differ in their GUIs alone.
    "ResultCollector",
    "org.apache.jmeter.reporters.ResultCollector",
    "MailerResultCollector",
    "org.apache.jmeter.reporters.MailerResultCollector",
    // "Save Responses to a file".
    "ResultSaver",
    "org.apache.jmeter.reporters.ResultSaver",
    "com.blazemeter.jmeter.reporters.FlushingResultCollector",
    "kg.apc.jmeter.dbmon.DbMonCollector",
    "kg.apc.jmeter.jmxmon.JMXMonCollector",
    "kg.apc.jmeter.perfmon.PerfMonCollector",
    "kg.apc.jmeter.reporters.FlexibleFileWriter",
    // Graphs.
    "kg.apc.jmeter.vizualizers.CompositeResultCollector",
    "kg.apc.jmeter.vizualizers.CorrectedResultCollector",
];

/// Whether the executed copy goes without this element.
pub(super) fn is_left_out(element: &Element) -> bool {
    is_known(element) || has_save_config(element)
}

/// What goes with a listener that is left out, beside what it would show: for the person who wrote the plan.
pub(super) fn losses(listener: &Element) -> Vec<Said> {
    let name = element::name(listener);
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let saves = element::class(listener) == "ResultSaver";
    // The saver's property is the beginning of the names of its files, and may be empty.
    let property = if saves { "FileSaver.filename" } else { "filename" };
    let file = given(element::property(listener, property)).map(|file| {
        said!(
            "LISTENER_LEFT_OUT",
            "listener `{}` would write {} and is left out",
            name,
            file
        )
    });
    let model = element::child_named(listener, "MailerResultCollector.mailer_model");
    let mail = given(model.and_then(|model| element::property(model, "MailerModel.addressie"))).map(|to| {
        said!(
            "LISTENER_MAIL_LEFT_OUT",
            "listener `{}` would send mail to {} and is left out",
            name,
            to
        )
    });
    let mut losses: Vec<Said> = file.into_iter().chain(mail).collect();
    // A listener that nobody but its author knows may well do more than show.
    if losses.is_empty() && (saves || !is_known(listener)) {
        losses.push(said!(
            "LISTENER_KIND_LEFT_OUT",
            "listener `{}`, a {}, collects samples and is left out",
            name,
            listener.name
        ));
    }
    losses
}

fn is_known(element: &Element) -> bool {
    KNOWN.contains(&element.name.as_str())
}

fn has_save_config(element: &Element) -> bool {
    let is_save_config = |property: &Element| {
        let mut parts = property.elements();
        property.name == "objProp"
            && parts.any(|part| part.name == "name" && part.own_text().trim() == "saveConfig")
    };
    element.elements().any(is_save_config)
}
