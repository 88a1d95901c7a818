import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/**
 * Apache Kafka's own Java clients behind JSON lines: one command a line on standard input, one answer a line on standard
 * output, in the order in which they finish. It is the oracle of the tests and shares no code with what they test.
 */
public final class Rig {
  static final ObjectMapper JSON = new ObjectMapper();

  interface Command {
    Object run(JsonNode arguments) throws Exception;
  }

  public static void main(String[] unused) throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var commands = new TreeMap<String, Command>();
    commands.put("dump", Dump::dump);
    commands.put("digest", Dump::digest);
    commands.put("produce", Produce::produce);
    commands.put("endTransaction", Produce::endTransaction);
    commands.put("generate", Generate::generate);
    Topics.register(commands);
    Groups.register(commands);

    var pool = Executors.newCachedThreadPool(task -> {
      var thread = new Thread(task);
      thread.setDaemon(true);
      return thread;
    });
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      var call = JSON.readTree(line);
      pool.execute(() -> {
        var answer = answer(commands, call);
        synchronized (out) {
          out.println(answer);
        }
      });
    }
    Runtime.getRuntime().halt(0);
  }

  private static String answer(Map<String, Command> commands, JsonNode call) {
    ObjectNode answer = JSON.createObjectNode();
    answer.set("id", call.get("id"));
    try {
      var command = commands.get(call.get("command").asText());
      if (command == null) throw new IllegalArgumentException("unknown command " + call.get("command"));
      answer.set("result", JSON.valueToTree(command.run(call.get("arguments"))));
    } catch (Throwable thrown) {
      Throwable cause = thrown;
      while ((cause instanceof ExecutionException || cause instanceof CompletionException) && cause.getCause() != null) {
        cause = cause.getCause();
      }
      answer.put("error", cause.getClass().getSimpleName());
      var message = new StringBuilder(String.valueOf(cause.getMessage()));
      for (Throwable deeper = cause.getCause(); deeper != null; deeper = deeper.getCause()) {
        message.append("; caused by ").append(deeper);
      }
      answer.put("message", message.toString());
      thrown.printStackTrace();
    }
    return answer.toString();
  }

  /** Client properties: the bootstrap address, then what the caller adds or overrides. */
  static Map<String, Object> clientProperties(JsonNode arguments) {
    var properties = new HashMap<String, Object>();
    properties.put("bootstrap.servers", arguments.get("bootstrap").asText());
    properties.put("reconnect.backoff.max.ms", "500");
    overrideWith(properties, arguments.get("properties"));
    return properties;
  }

  static void overrideWith(Map<String, Object> properties, JsonNode more) {
    if (more == null) return;
    more.properties().forEach(entry -> properties.put(entry.getKey(), entry.getValue().asText()));
  }

  static Map<String, String> strings(JsonNode object) {
    var strings = new HashMap<String, String>();
    if (object != null) object.properties().forEach(entry -> strings.put(entry.getKey(), entry.getValue().asText()));
    return strings;
  }

  static String text(JsonNode arguments, String name, String otherwise) {
    return arguments.hasNonNull(name) ? arguments.get(name).asText() : otherwise;
  }

  static long number(JsonNode arguments, String name, long otherwise) {
    return arguments.hasNonNull(name) ? arguments.get(name).asLong() : otherwise;
  }

  static byte[] bytes(JsonNode base64) throws java.io.IOException {
    return base64 == null || base64.isNull() ? null : base64.binaryValue();
  }

  private Rig() {}
}
