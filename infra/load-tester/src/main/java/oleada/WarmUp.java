package oleada;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;

import org.apache.jmeter.assertions.ResponseAssertion;
import org.apache.jmeter.control.LoopController;
import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.engine.util.NoThreadClone;
import org.apache.jmeter.protocol.http.control.Header;
import org.apache.jmeter.protocol.http.control.HeaderManager;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerBase;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerFactory;
import org.apache.jmeter.samplers.SampleEvent;
import org.apache.jmeter.samplers.SampleListener;
import org.apache.jmeter.testelement.AbstractTestElement;
import org.apache.jmeter.threads.ListenerNotifier;
import org.apache.jmeter.threads.ThreadGroup;
import org.apache.jmeter.util.JMeterUtils;
import org.apache.jorphan.collections.HashTree;
import org.apache.jorphan.collections.ListedHashTree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests to a listener of the worker's own, so that what JMeter needs for a sample is loaded and compiled before
 * the first request to the target.
 *
 * <p>It goes the whole way: a thread group that is cloned and started, sampler, headers, assertion, listener. What is not
 * warm costs the first request tens of milliseconds on a busy processor, and more on one worker than on another.
 */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    /** Warm-up ends at whichever comes first. */
    private static final int SAMPLES = 300;
    private static final int SECONDS = 2;

    private WarmUp() {
    }

    /** Returns when it is over; whatever goes wrong, the load can start. */
    static void run(StandardJMeterEngine engine, ListenerNotifier notifier) {
        String address = JMeterUtils.getPropDefault("oleada.warmup", "");
        if (address.isEmpty()) {
            return;
        }
        try {
            // Its thread is its own: JMeter's HTTP clients are inherited by the threads that a thread starts, and the load
            // would share, and close, the connections of the warm-up.
            ThreadGroup group = group();
            group.start(0, notifier, plan(group, new URL(address)), engine);
            group.waitThreadsStopped();
        } catch (MalformedURLException | RuntimeException e) {
            // A colder start is worse than a warm one, and better than none.
            LOG.warn("warm-up failed", e);
        }
    }

    private static ThreadGroup group() {
        LoopController loop = new LoopController();
        loop.setLoops(SAMPLES);
        ThreadGroup group = new ThreadGroup();
        group.setName("oleada-warm-up");
        group.setNumThreads(1);
        group.setRampUp(0);
        group.setSamplerController(loop);
        group.setScheduler(true);
        group.setDuration(SECONDS);
        return group;
    }

    private static ListedHashTree plan(ThreadGroup group, URL url) {
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
        HashTree samples = tree.add(group).add(sampler);
        samples.add(headers);
        samples.add(assertion);
        samples.add(new Rows());
        return tree;
    }

    /** Makes rows and exchanges, as the recorder does, and writes them nowhere. */
    private static final class Rows extends AbstractTestElement implements SampleListener, NoThreadClone {
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
