package oleada;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.TreeSet;

import org.apache.jmeter.assertions.AssertionResult;
import org.apache.jmeter.protocol.http.sampler.HTTPSampleResult;
import org.apache.jmeter.samplers.SampleResult;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

/** A sample's request and answer as a line of JSON, without credentials and never larger than asked for. */
final class Exchange {
    /** What an exchange may take, in bytes of JSON; the parts of it together are a little less than the whole. */
    enum Size {
        SMALL(8_192, 1_000, 1_000),
        ROOMY(81_920, 8_192, 32_768);

        final int whole;
        /** Of the headers of one side. */
        final int headers;
        /** Of one body. */
        final int body;

        Size(int whole, int headers, int body) {
            this.whole = whole;
            this.headers = headers;
            this.body = body;
        }
    }

    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    /** All names and marks of the JSON itself, and numbers. */
    private static final int FRAME = 700;
    /** The names and marks of one item of a list. */
    private static final int ITEM = 70;
    private static final int ASSERTIONS = 3;
    private static final int SUB_REQUESTS = 20;
    private static final int NAMES = 20;

    private final SampleResult result;
    private final Size size;
    private final StringWriter text = new StringWriter(2_048);
    private final JsonGenerator json;
    private final Set<String> redacted = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private int left;
    private boolean cut;

    private Exchange(SampleResult result, Size size) throws IOException {
        this.result = result;
        this.size = size;
        this.left = size.whole - FRAME - NAMES * 40;
        this.json = JSON.createGenerator(text);
    }

    /** The line of a sample; {@code failure} are the texts of a failure's row: label, code, message, assertion. */
    static String line(SampleResult result, String phase, Size size, String... failure) throws IOException {
        Exchange exchange = new Exchange(result, size);
        exchange.json.writeStartObject();
        if (failure.length > 0) {
            exchange.json.writeObjectFieldStart("failure");
            exchange.json.writeStringField("label", failure[0]);
            exchange.json.writeStringField("code", failure[1]);
            exchange.json.writeStringField("message", failure[2]);
            exchange.json.writeStringField("assertion", failure[3]);
            exchange.json.writeEndObject();
        }
        exchange.json.writeObjectFieldStart("exchange");
        exchange.write(phase);
        exchange.json.writeEndObject();
        exchange.json.writeEndObject();
        exchange.json.close();
        return exchange.text.toString();
    }

    private void write(String phase) throws IOException {
        json.writeStringField("at", TIME.format(Instant.ofEpochMilli(result.getStartTime())));
        string("label", result.getSampleLabel(), 300);
        json.writeStringField("phase", phase);
        json.writeBooleanField("success", result.isSuccessful());
        json.writeNumberField("elapsedMs", Math.max(0, result.getTime()));
        string("thread", result.getThreadName(), 200);
        assertions();
        request();
        response();
        subRequests();
        json.writeArrayFieldStart("redacted");
        for (String name : redacted) {
            json.writeString(name);
        }
        json.writeEndArray();
        json.writeBooleanField("cut", cut);
    }

    private void assertions() throws IOException {
        json.writeArrayFieldStart("assertions");
        int count = 0;
        for (AssertionResult assertion : result.getAssertionResults()) {
            if ((assertion.isFailure() || assertion.isError()) && fits(++count, ASSERTIONS)) {
                json.writeStartObject();
                string("name", assertion.getName(), 100);
                string("message", assertion.getFailureMessage(), 500);
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    private void request() throws IOException {
        json.writeObjectFieldStart("request");
        URL url = result.getURL();
        HTTPSampleResult http = result instanceof HTTPSampleResult of ? of : null;
        nullable("method", http == null ? null : http.getHTTPMethod(), 20);
        nullable("url", url == null ? null : Secrets.outOfUrl(url.toString(), redacted), 1_000);
        headers(result.getRequestHeaders(), http != null && !blank(http.getCookies()));
        String sent = http == null ? result.getSamplerData() : http.getQueryString();
        // Of a GET it is a part of the address already.
        boolean inUrl = http != null && url != null && sent != null && sent.equals(url.getQuery());
        if (blank(sent) || inUrl) {
            json.writeNullField("body");
        } else {
            body(beginning(sent), sent.length() <= size.whole, utf8(sent), size.body);
        }
        json.writeEndObject();
    }

    private void response() throws IOException {
        json.writeObjectFieldStart("response");
        string("code", result.getResponseCode(), 100);
        string("message", result.getResponseMessage(), 500);
        headers(result.getResponseHeaders(), false);
        byte[] data = result.getResponseData();
        if (data == null || data.length == 0) {
            json.writeNullField("body");
        } else if (isBinary(data)) {
            json.writeObjectFieldStart("body");
            json.writeNullField("text");
            json.writeNumberField("bytes", data.length);
            json.writeBooleanField("cut", false);
            json.writeEndObject();
        } else {
            // What is left is the answer's: it tells most of why a request failed.
            body(decoded(data), data.length <= size.whole, data.length, size == Size.SMALL ? size.whole : size.body);
        }
        json.writeEndObject();
    }

    private void subRequests() throws IOException {
        json.writeArrayFieldStart("subRequests");
        int count = 0;
        for (SampleResult sub : result.getSubResults()) {
            if (sub.getURL() != null && fits(++count, SUB_REQUESTS)) {
                json.writeStartObject();
                string("url", Secrets.outOfUrl(sub.getUrlAsString(), redacted), 300);
                string("code", sub.getResponseCode(), 100);
                json.writeBooleanField("success", sub.isSuccessful());
                json.writeNumberField("elapsedMs", Math.max(0, sub.getTime()));
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    /** Headers as JMeter keeps them: a line each, of an answer behind its status line. */
    private void headers(String lines, boolean cookies) throws IOException {
        json.writeArrayFieldStart("headers");
        int most = left - size.headers;
        if (cookies) {
            // JMeter keeps them apart from the headers.
            redacted.add("Cookie");
        }
        for (String line : lines == null ? new String[0] : lines.split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.startsWith("HTTP/")) {
                continue;
            }
            String name = line.substring(0, colon).trim();
            if (Secrets.isSecret(name)) {
                redact(name);
            } else if (left - ITEM > most && left > ITEM) {
                left -= ITEM;
                json.writeStartObject();
                string("name", name, Math.max(0, left - most));
                string("value", line.substring(colon + 1).trim(), Math.max(0, left - most));
                json.writeEndObject();
            } else {
                cut = true;
            }
        }
        json.writeEndArray();
    }

    private void redact(String name) {
        if (redacted.size() < NAMES) {
            redacted.add(name.length() > 40 ? name.substring(0, 40) : name);
        }
    }

    private void body(String beginning, boolean complete, long bytes, int most) throws IOException {
        json.writeObjectFieldStart("body");
        String shown = Secrets.outOfBody(beginning, redacted);
        String kept = within(shown, Math.min(most, left));
        boolean whole = complete && kept.length() == shown.length();
        left -= size(kept);
        cut |= !whole;
        json.writeStringField("text", whole ? kept : kept + "…");
        json.writeNumberField("bytes", bytes);
        json.writeBooleanField("cut", !whole);
        json.writeEndObject();
    }

    /** As much of a long text as could be shown. */
    private String beginning(String value) {
        return value.length() > size.whole ? value.substring(0, size.whole) : value;
    }

    private String decoded(byte[] data) {
        int length = Math.min(data.length, size.whole);
        String decoded = new String(data, 0, length, charset());
        // A character may have been cut in two.
        boolean torn = length < data.length && decoded.endsWith("\uFFFD");
        return torn ? decoded.substring(0, decoded.length() - 1) : decoded;
    }

    private Charset charset() {
        try {
            return Charset.forName(result.getDataEncodingWithDefault());
        } catch (IllegalArgumentException e) {
            // The answer names one that is none.
            return StandardCharsets.UTF_8;
        }
    }

    private boolean isBinary(byte[] data) {
        if (SampleResult.BINARY.equals(result.getDataType())) {
            return true;
        }
        // Where a character has two bytes, one of them is often 0.
        boolean wide = charset().name().startsWith("UTF-16") || charset().name().startsWith("UTF-32");
        for (int i = 0; !wide && i < Math.min(data.length, 1_000); i++) {
            if (data[i] == 0) {
                return true;
            }
        }
        return false;
    }

    private boolean fits(int count, int most) {
        boolean fits = count <= most && left > ITEM;
        cut |= !fits;
        left -= fits ? ITEM : 0;
        return fits;
    }

    private void nullable(String name, String value, int most) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            string(name, value, most);
        }
    }

    private void string(String name, String value, int most) throws IOException {
        String whole = value == null ? "" : value;
        String kept = within(whole, Math.min(most, left));
        left -= size(kept);
        boolean isCut = kept.length() < whole.length();
        cut |= isCut;
        json.writeStringField(name, isCut ? kept + "…" : kept);
    }

    /** The beginning of a text that takes at most so many bytes of JSON, the mark of a cut included. */
    private static String within(String value, int most) {
        int bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            bytes += size(value.charAt(i));
            if (bytes > most) {
                int end = i;
                int room = most - 3;
                for (int taken = bytes - size(value.charAt(i)); end > 0 && taken > room; end--) {
                    taken -= size(value.charAt(end - 1));
                }
                boolean split = end > 0 && Character.isHighSurrogate(value.charAt(end - 1));
                return value.substring(0, split ? end - 1 : end);
            }
        }
        return value;
    }

    private static int size(String value) {
        int bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            bytes += size(value.charAt(i));
        }
        return bytes;
    }

    /** The bytes of a character in JSON; half of a pair has two of the pair's four. */
    private static int size(char c) {
        if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t') {
            return 2;
        }
        if (c < 0x20) {
            return 6;
        }
        if (c < 0x80) {
            return 1;
        }
        return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }

    /** The bytes of a text of any length, without a copy of it; half of a pair has two of the pair's four. */
    private static long utf8(String value) {
        long bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }

    private static boolean blank(String value) {
        return value == null || value.isEmpty();
    }
}
