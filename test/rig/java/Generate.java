import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Many ledger-like records, fast: text that zstd compresses about 2.5 times, as phrases that come again or as digits
 * that don't (no level finds more in those than another). The same seed makes the same records.
 */
final class Generate {
  private static final String[] WORDS = {
    "payment", "transfer", "standing order", "direct debit", "invoice", "salary", "refund", "chargeback", "interest",
    "settlement", "reversal", "fee", "foreign exchange", "card purchase", "withdrawal", "deposit", "correction",
    "Rechnung", "Überweisung", "Lastschrift", "loyer", "facture", "prélèvement", "Zürich", "Genève", "Lugano", "Basel",
  };
  private static final String[] CURRENCIES = {"CHF", "EUR", "USD", "GBP", "JPY", "SEK"};

  static Object generate(JsonNode arguments) throws Exception {
    long records = arguments.get("records").asLong();
    int size = (int) Rig.number(arguments, "size", 1000);
    int partitions = (int) Rig.number(arguments, "partitions", 1);
    long firstTimestamp = Rig.number(arguments, "firstTimestamp", 1_700_000_000_000L);
    long step = Rig.number(arguments, "timestampStep", 10);
    var topic = arguments.get("topic").asText();
    var random = new SplittableRandom(Rig.number(arguments, "seed", 1));
    var properties = Rig.clientProperties(arguments);
    properties.put("acks", "all");
    properties.put("batch.size", String.valueOf(512 << 10));
    properties.put("linger.ms", "20");
    properties.put("buffer.memory", String.valueOf(64 << 20));
    properties.put("max.request.size", String.valueOf(12 << 20));
    Rig.overrideWith(properties, arguments.get("producer"));
    var failure = new AtomicReference<Exception>();
    long bytes = 0;
    var serializer = new ByteArraySerializer();
    var digits = "digits".equals(arguments.path("text").asText("phrases"));
    var text = new Text(random.split(), size, digits);
    try (var producer = new KafkaProducer<>(properties, serializer, serializer)) {
      for (long i = 0; i < records && failure.get() == null; i++) {
        var key = text.key();
        var value = text.value(i);
        bytes += key.length + value.length;
        var record = new ProducerRecord<>(topic, (int) (i % partitions), firstTimestamp + i * step, key, value);
        producer.send(record, (metadata, error) -> {
          if (error != null) failure.compareAndSet(null, error);
        });
      }
    }
    if (failure.get() != null) throw failure.get();
    return Map.of("records", records, "bytes", bytes);
  }

  /** Assembles values from ready pieces of bytes: a random part that doesn't compress and words that do. */
  private static final class Text {
    private final SplittableRandom random;
    private final int size;
    private final byte[][] phrases = new byte[2048][];
    private final byte[] hex = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final boolean digits;

    Text(SplittableRandom random, int size, boolean digits) {
      this.random = random;
      this.size = size;
      this.digits = digits;
      for (int i = 0; i < phrases.length; i++) {
        var phrase = new StringBuilder();
        for (int words = 2 + random.nextInt(3); words > 0; words--) phrase.append(pick(WORDS)).append(' ');
        phrase.append(pick(CURRENCIES)).append(' ').append(random.nextInt(100_000)).append('.').append(random.nextInt(100));
        phrase.append(" CH").append(random.nextLong(1_000_000_000_000_000L)).append(';');
        phrases[i] = phrase.toString().getBytes(StandardCharsets.UTF_8);
      }
    }

    private String pick(String[] from) {
      return from[random.nextInt(from.length)];
    }

    byte[] key() {
      return ("account-" + random.nextInt(50_000)).getBytes(StandardCharsets.US_ASCII);
    }

    byte[] value(long number) {
      var value = new byte[size];
      var head = ("{\"id\":" + number + ",\"text\":\"").getBytes(StandardCharsets.US_ASCII);
      int at = Math.min(size, head.length);
      System.arraycopy(head, 0, value, 0, at);
      while (digits && at < size) {
        long noise = random.nextLong(1_000_000_000_000_000L);
        for (int end = Math.min(size, at + 15); at < end; noise /= 10) value[at++] = (byte) ('0' + noise % 10);
        if (at < size) value[at++] = ',';
      }
      while (at < size) {
        var phrase = phrases[random.nextInt(phrases.length)];
        int length = Math.min(phrase.length, size - at);
        System.arraycopy(phrase, 0, value, at, length);
        at += length;
        for (int words = 0; words < 4; words++) {
          long noise = random.nextLong();
          for (int end = Math.min(size, at + 16); at < end; noise >>>= 4) value[at++] = hex[(int) (noise & 15)];
        }
      }
      return value;
    }
  }

  private Generate() {}
}
