import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs command-line tools of Apache Kafka one after another in one process, because the start of a Java process takes longer than a tool.
 * Each input line is a main class and its arguments, separated by tabs. The output of the tool, both streams, is printed, followed by a
 * line with \u0001 and the exit code.
 */
public final class KafkaTools {
    private static final class Exited extends Error {
        final int code;

        Exited(int code) {
            super(null, null, false, false);
            this.code = code;
        }
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        Exit.Procedure exit = (code, message) -> {
            throw new Exited(code);
        };
        Exit.setExitProcedure(exit);
        Exit.setHaltProcedure(exit);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\t", -1);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8);
            System.setOut(captured);
            System.setErr(captured);
            int code = run(parts[0], Arrays.copyOfRange(parts, 1, parts.length), captured);
            String text = bytes.toString(StandardCharsets.UTF_8);
            out.print(text.isEmpty() || text.endsWith("\n") ? text : text + "\n");
            out.println("\u0001" + code);
            out.flush();
        }
    }

    private static int run(String type, String[] arguments, PrintStream out) {
        try {
            // Tools in Scala print to a stream of their own unless it is set too.
            scala.Console$.MODULE$.setOutDirect(out);
            scala.Console$.MODULE$.setErrDirect(out);
            Class.forName(type).getMethod("main", String[].class).invoke(null, (Object) arguments);
            return 0;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exited exited)
                return exited.code;
            out.println(e.getCause());
            return 1;
        } catch (Exited e) {
            return e.code;
        } catch (ReflectiveOperationException e) {
            out.println(e);
            return 1;
        }
    }
}
