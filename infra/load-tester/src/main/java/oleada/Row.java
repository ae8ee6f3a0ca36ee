package oleada;

import java.net.URL;

import org.apache.jmeter.assertions.AssertionResult;
import org.apache.jmeter.samplers.SampleResult;

/** One line of the row file: JMeter's own CSV columns and, at the end, ours. */
final class Row {
    static final String HEADER = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,"
            + "failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect,oleada_kind,oleada_assertion\n";
    /** Longer texts are cut, in characters, so that a row stays small whatever a server answers. */
    private static final int LIMIT = 1000;

    private Row() {
    }

    static String of(SampleResult result, String kind) {
        StringBuilder row = new StringBuilder(256);
        // Not getTimeStamp(), which a property can turn into the end.
        row.append(result.getStartTime()).append(',').append(result.getTime()).append(',');
        text(row, result.getSampleLabel()).append(',');
        text(row, result.getResponseCode()).append(',');
        text(row, result.getResponseMessage()).append(',');
        text(row, result.getThreadName()).append(',');
        text(row, result.getDataType()).append(',').append(result.isSuccessful()).append(',');
        AssertionResult failed = failed(result);
        text(row, failed == null ? "" : failed.getFailureMessage()).append(',');
        row.append(result.getBytesAsLong()).append(',').append(result.getSentBytes()).append(',');
        row.append(result.getGroupThreads()).append(',').append(result.getAllThreads()).append(',');
        URL url = result.getURL();
        text(row, url == null ? "" : url.toString()).append(',');
        row.append(result.getLatency()).append(',').append(result.getIdleTime()).append(',');
        row.append(result.getConnectTime()).append(',').append(kind).append(',');
        return text(row, failed == null ? "" : failed.getName()).append('\n').toString();
    }

    /** The first assertion that failed, or null. */
    static AssertionResult failed(SampleResult result) {
        for (AssertionResult assertion : result.getAssertionResults()) {
            if (assertion.isFailure() || assertion.isError()) {
                return assertion;
            }
        }
        return null;
    }

    /** A text as it stands in a row; empty for null. */
    static String cut(String value) {
        if (value == null) {
            return "";
        }
        return value.length() > LIMIT ? value.substring(0, LIMIT) : value;
    }

    private static StringBuilder text(StringBuilder row, String value) {
        if (value == null) {
            return row;
        }
        String cut = cut(value);
        boolean plain = true;
        for (int i = 0; plain && i < cut.length(); i++) {
            char c = cut.charAt(i);
            plain = c != ',' && c != '"' && c != '\n' && c != '\r';
        }
        return plain ? row.append(cut) : row.append('"').append(cut.replace("\"", "\"\"")).append('"');
    }
}
