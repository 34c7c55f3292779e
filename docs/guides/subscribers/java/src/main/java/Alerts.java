import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Follows Tocsin's alerts and handles each one once, also across restarts.
 *
 * <p>It needs kafka-clients, a JSON reader and the published contract alone
 * (streams/contracts/published/). Settings are variables: see README.md beside this folder.
 */
public class Alerts {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int REMEMBERED = 10_000;

    private static final CountDownLatch ended = new CountDownLatch(1);
    private static volatile boolean stopping = false;

    public static void main(String[] arguments) throws Exception {
        // Every kind of alert has its topic, and so can a rule: a new one is followed without a change.
        var topics = Pattern.compile(setting("ALERTS_TOPICS", "^news\\.alerts\\..+$"));
        var seen = new Seen(Path.of(setting("ALERTS_SEEN_FILE", "seen-alerts.txt")));
        // SIGTERM and Ctrl-C: the records in hand are handled and committed first.
        Runtime.getRuntime().addShutdownHook(new Thread(Alerts::stop));
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", setting("ALERTS_BROKER", "localhost:9092"),
            "group.id", setting("ALERTS_GROUP", "my-service"),
            "auto.offset.reset", "earliest",
            "allow.auto.create.topics", false,
            "enable.auto.commit", false);
        var bytes = new ByteArrayDeserializer();
        try (var consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
            consumer.subscribe(topics);
            while (!stopping) {
                var records = consumer.poll(Duration.ofMillis(500));
                for (var record : records) {
                    var alert = read(record.value());
                    if (alert == null) {
                        System.err.printf("%s %d:%d is no alert; left out%n",
                            record.topic(), record.partition(), record.offset());
                    } else if (!seen.contains(alert.get("alert_id").asText())) {
                        handle(alert);
                        seen.add(alert.get("alert_id").asText());
                    }
                }
                if (!records.isEmpty()) {
                    consumer.commitSync(); // after handling: a crash before this repeats alone
                }
            }
        } finally {
            ended.countDown();
        }
    }

    private static void stop() {
        stopping = true;
        try {
            ended.await();
        } catch (InterruptedException ignored) {
            // The machine goes down.
        }
    }

    private static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }

    /** Do your own work here; what throws is not committed, and comes again. */
    private static void handle(JsonNode alert) {
        // An update or a cancellation names the messages before it, the first one first.
        var first = alert.get("references").path(0).asText(alert.get("alert_id").asText());
        System.out.println(String.join("\t", alert.get("msg_type").asText(),
            alert.get("severity").asText(), first, alert.get("reason").asText()));
    }

    /** Decodes an alert; null for what is none. Fields that you do not know may be there. */
    private static JsonNode read(byte[] value) {
        try {
            var alert = value == null ? null : JSON.readTree(value);
            return alert != null && alert.hasNonNull("alert_id") && alert.path("references").isArray()
                ? alert : null;
        } catch (IOException broken) {
            return null;
        }
    }

    /** The newest ids that were handled: in memory, and in a file with one a line. */
    private static class Seen {
        private final Path path;
        private final LinkedHashSet<String> ids = new LinkedHashSet<>();

        Seen(Path path) throws IOException {
            this.path = path;
            var text = Files.exists(path) ? Files.readString(path) : "";
            // After the last line break there can only be an id that a crash cut short.
            ids.addAll(text.substring(0, text.lastIndexOf('\n') + 1).lines().toList());
            shorten();
        }

        boolean contains(String alertId) {
            return ids.contains(alertId);
        }

        void add(String alertId) throws IOException {
            ids.add(alertId);
            Files.writeString(path, alertId + "\n", StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
            if (ids.size() > 2 * REMEMBERED) {
                shorten();
            }
        }

        private void shorten() throws IOException {
            var all = new ArrayList<>(ids);
            ids.retainAll(all.subList(Math.max(0, all.size() - REMEMBERED), all.size()));
            var beside = path.resolveSibling(path.getFileName() + ".new");
            Files.write(beside, ids);
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING); // in one step: the old file or the new one
        }
    }
}
