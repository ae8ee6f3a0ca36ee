package oleada;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.jmeter.assertions.AssertionResult;
import org.apache.jmeter.samplers.SampleResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of kept exchanges, one JSON object a line: a few of each group of failures or, in a validation, all.
 *
 * <p>Whatever a target answers and however often it fails, the file has at most some megabytes, and a failure whose
 * group has enough costs one look into a map. It is a help for people: what cannot be kept is left out, and no sample
 * waits or fails for it.
 */
final class Exchanges {
    private static final Logger LOG = LoggerFactory.getLogger(Exchanges.class);
    /** Of one group of failures. */
    private static final int OF_A_GROUP = 5;
    private static final int GROUPS = 100;
    /** Texts of failures that are remembered with their group, so that a storm of equal ones is sorted once. */
    private static final int REMEMBERED = 1_000;
    /** Only the first exchange of a group is kept once the file has so many bytes. */
    private static final int FURTHER_BYTES = 1 << 20;
    /** Samples of the load, of setUp and of tearDown groups that a validation keeps. */
    private static final Map<String, Integer> OF_A_PHASE = Map.of("load", 200, "setup", 50, "teardown", 50);
    /** A validation's exchanges are as short as those of failures once the file has so many bytes. */
    private static final int ROOMY_BYTES = 3 << 19;

    private final boolean all;
    /** Guarded by this; null once it is closed. */
    private OutputStream out;
    private final AtomicLong written = new AtomicLong();

    private record Texts(String label, String code, String message, String assertion) {
    }

    private final ConcurrentHashMap<Texts, AtomicInteger> remembered = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Texts, AtomicInteger> groups = new ConcurrentHashMap<>();
    /** Guarded by this: of each phase. */
    private final Map<String, Integer> kept = new HashMap<>();
    /** Guarded by this: of a validation. */
    private int omitted;
    private int omittedFailures;

    /** Keeps exchanges of failures, or with {@code all} of every sample. */
    Exchanges(Path file, boolean all) throws IOException {
        this.all = all;
        out = Files.newOutputStream(file);
    }

    /** Looks at a sample that has its row; {@code kind} is the row's. */
    void offer(SampleResult result, String kind) {
        try {
            if (all) {
                offerToAll(result, kind);
            } else if (kind.equals("request") && !result.isSuccessful()) {
                offerToFailures(result);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("an exchange could not be kept", e);
        }
    }

    private void offerToFailures(SampleResult result) throws IOException {
        AssertionResult failed = Row.failed(result);
        Texts texts = new Texts(Row.cut(result.getSampleLabel()), Row.cut(result.getResponseCode()),
                Row.cut(result.getResponseMessage()), failed == null ? "" : Row.cut(failed.getFailureMessage()));
        AtomicInteger taken = remembered.get(texts);
        if (taken == null) {
            taken = group(texts);
        }
        if (taken == null || taken.get() >= OF_A_GROUP) {
            return;
        }
        int place = taken.incrementAndGet();
        if (place > OF_A_GROUP || place > 1 && written.get() > FURTHER_BYTES) {
            return;
        }
        write(Exchange.line(result, "load", Exchange.Size.SMALL, texts.label, texts.code, texts.message, texts.assertion));
    }

    /** How many exchanges a failure's group has; null when there are too many groups. */
    private AtomicInteger group(Texts texts) {
        Texts key = new Texts(texts.label, texts.code, squeezed(texts.message), squeezed(texts.assertion));
        AtomicInteger taken = groups.get(key);
        if (taken == null) {
            if (groups.size() >= GROUPS) {
                return null;
            }
            taken = groups.computeIfAbsent(key, unused -> new AtomicInteger());
        }
        if (remembered.size() < REMEMBERED) {
            remembered.put(texts, taken);
        }
        return taken;
    }

    /**
     * A message without its words that have a digit in them, which are mostly ids and numbers. The worker tells groups
     * apart a little more finely; here it only matters that ids make no new ones.
     */
    private static String squeezed(String message) {
        StringBuilder out = new StringBuilder(message.length());
        int at = 0;
        while (at < message.length()) {
            int end = at;
            boolean digit = false;
            while (end < message.length() && Character.isLetterOrDigit(message.charAt(end))) {
                digit |= Character.isDigit(message.charAt(end));
                end++;
            }
            if (end == at) {
                out.append(message.charAt(at));
                end++;
            } else if (digit) {
                out.append('#');
            } else {
                out.append(message, at, end);
            }
            at = end;
        }
        return out.toString();
    }

    private void offerToAll(SampleResult result, String kind) throws IOException {
        String phase = switch (kind) {
            case "request", "interrupted" -> "load";
            case "setup", "teardown" -> kind;
            default -> null;
        };
        if (phase == null) {
            return;
        }
        synchronized (this) {
            int before = kept.merge(phase, 1, Integer::sum);
            if (before > OF_A_PHASE.get(phase)) {
                omitted++;
                omittedFailures += result.isSuccessful() ? 0 : 1;
                return;
            }
        }
        Exchange.Size size = written.get() > ROOMY_BYTES ? Exchange.Size.SMALL : Exchange.Size.ROOMY;
        write(Exchange.line(result, phase, size));
    }

    private void write(String line) throws IOException {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        written.addAndGet(bytes.length);
        synchronized (this) {
            if (out != null) {
                // There are few of them: each is there at once, whatever becomes of the JVM.
                out.write(bytes);
            }
        }
    }

    /** Ends the file. Call it before the worker hears that the test is over. */
    synchronized void close() {
        if (out == null) {
            return;
        }
        try (OutputStream last = out) {
            if (all) {
                String omission = "{\"omitted\":{\"samples\":" + omitted + ",\"failures\":" + omittedFailures + "}}\n";
                last.write(omission.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            LOG.warn("exchanges could not be written", e);
        } finally {
            out = null;
        }
    }
}
