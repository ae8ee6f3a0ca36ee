package oleada;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;

import org.apache.jmeter.assertions.ResponseAssertion;
import org.apache.jmeter.control.GenericController;
import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.protocol.http.control.Header;
import org.apache.jmeter.protocol.http.control.HeaderManager;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerBase;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerFactory;
import org.apache.jmeter.samplers.SampleEvent;
import org.apache.jmeter.samplers.SampleListener;
import org.apache.jmeter.samplers.Sampler;
import org.apache.jmeter.testelement.AbstractTestElement;
import org.apache.jmeter.threads.JMeterThread;
import org.apache.jmeter.threads.ListenerNotifier;
import org.apache.jmeter.util.JMeterUtils;
import org.apache.jorphan.collections.HashTree;
import org.apache.jorphan.collections.ListedHashTree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests to a listener of the worker's own, so that what JMeter needs for a sample is loaded and compiled before
 * the first request to the target.
 *
 * <p>It goes the whole way of a sample, through one of JMeter's own threads: sampler, headers, assertion, listener. What
 * is not warm costs the first request tens of milliseconds on a busy processor, and more on one worker than on another.
 */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    /** Warm-up ends at whichever comes first. */
    private static final int SAMPLES = 300;
    private static final long NANOS = 1_500_000_000L;

    private WarmUp() {
    }

    /** Returns when it is over; whatever goes wrong, the load can start. */
    static void run(Gate gate, StandardJMeterEngine engine, ListenerNotifier notifier) throws InterruptedException {
        String address = JMeterUtils.getPropDefault("oleada.warmup", "");
        if (address.isEmpty()) {
            return;
        }
        try {
            JMeterThread user = new JMeterThread(plan(new URL(address)), gate, notifier);
            user.setThreadName("oleada-warm-up");
            user.setThreadGroup(gate);
            user.setEngine(engine);
            // In a thread of its own: JMeter's HTTP clients are inherited by the threads that a thread starts, and the
            // load would share, and close, the connections of the warm-up.
            Thread thread = new Thread(user, "oleada-warm-up");
            thread.start();
            thread.join();
        } catch (MalformedURLException | RuntimeException e) {
            // A colder start is worse than a warm one, and better than none.
            LOG.warn("warm-up failed", e);
        }
    }

    private static HashTree plan(URL url) {
        HTTPSamplerBase sampler = HTTPSamplerFactory.newInstance();
        sampler.setName("warm-up");
        sampler.setProtocol(url.getProtocol());
        sampler.setDomain(url.getHost());
        sampler.setPort(url.getPort());
        sampler.setPath(url.getPath());
        sampler.setMethod("GET");
        sampler.setUseKeepAlive(true);
        HeaderManager headers = new HeaderManager();
        headers.add(new Header("Accept", "application/json"));
        ResponseAssertion assertion = new ResponseAssertion();
        assertion.setTestFieldResponseCode();
        assertion.setToMatchType();
        assertion.addTestString("200");

        ListedHashTree tree = new ListedHashTree();
        HashTree samples = tree.add(new Repeated()).add(sampler);
        samples.add(headers);
        samples.add(assertion);
        samples.add(new Rows());
        return tree;
    }

    /** Hands its sampler out until the warm-up is over. */
    private static final class Repeated extends GenericController {
        private static final long serialVersionUID = 1L;
        private final long end = System.nanoTime() + NANOS;
        private int samples;

        @Override
        public Sampler next() {
            if (samples++ >= SAMPLES || System.nanoTime() > end) {
                setDone(true);
                return null;
            }
            Sampler sampler = super.next();
            // Behind its last sampler a controller says null once and begins anew.
            return sampler == null ? super.next() : sampler;
        }
    }

    /** Makes rows and exchanges, as the recorder does, and writes them nowhere. */
    private static final class Rows extends AbstractTestElement implements SampleListener {
        private static final long serialVersionUID = 1L;

        @Override
        public void sampleOccurred(SampleEvent event) {
            Row.of(event.getResult(), "own");
            try {
                // Or the first failure under load would load its classes.
                Exchange.line(event.getResult(), "load", Exchange.Size.SMALL);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void sampleStarted(SampleEvent event) {
            // JMeter never calls it.
        }

        @Override
        public void sampleStopped(SampleEvent event) {
            // Nor this.
        }
    }
}
