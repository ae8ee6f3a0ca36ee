package oleada;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The line to the worker: a loopback connection, one command or report a line. docs/jmeter.md has the protocol. */
final class Control {
    private static final Logger LOG = LoggerFactory.getLogger(Control.class);
    private final Socket socket;
    private final OutputStream out;

    /** Connects to {@code port} on loopback and shows the token that the worker gave to this run. */
    Control(String port, String token) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        send("hello " + token + " " + ProcessHandle.current().pid());
    }

    /** Hands each line to {@code obey}, and calls {@code gone} once when the other end is closed. */
    void listen(Consumer<String> obey, Runnable gone) {
        Thread reader = new Thread(() -> {
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    obey.accept(line);
                }
            } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
                LOG.error("the worker's line broke", e);
            }
            gone.run();
        }, "oleada-control");
        reader.setDaemon(true);
        reader.start();
    }

    /** Sends one line; a worker that has gone is noticed by the reader, not here. */
    synchronized void send(String line) {
        try {
            out.write((line.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            LOG.warn("could not tell the worker: {}", line, e);
        }
    }
}
