package oleada;

import java.util.Locale;
import java.util.Set;

/**
 * Takes credentials out of what is kept for people to look at. They are known by their names, of headers, of parameters
 * of an address or a form, and of strings in JSON; docs/jmeter.md has the list.
 */
final class Secrets {
    private static final String MASK = "***";
    /** A name that holds one of these, case and everything but letters and digits aside. */
    private static final String[] WITHIN = {"authorization", "xauth", "oauth", "cookie", "token", "secret", "password",
        "passwd", "passphrase", "apikey", "accesskey", "privatekey", "subscriptionkey", "functionskey", "credential",
        "signature", "session", "jwt"};
    /** A parameter or a field of exactly this name. */
    private static final Set<String> EXACTLY = Set.of("key", "sig", "pass", "pwd", "pin", "otp", "auth");
    private static final int LONGEST_NAME = 100;
    private static final int NAMES = 20;

    private Secrets() {
    }

    /** Whether the value of a header of this name is a credential. */
    static boolean isSecret(String name) {
        String plain = plain(name);
        for (String word : WITHIN) {
            if (plain.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSecretField(String name) {
        return name.length() <= LONGEST_NAME && (EXACTLY.contains(plain(name)) || isSecret(name));
    }

    private static String plain(String name) {
        StringBuilder plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            if (Character.isLetterOrDigit(name.charAt(i))) {
                plain.append(name.charAt(i));
            }
        }
        return plain.toString().toLowerCase(Locale.ROOT);
    }

    /** The address with masks for a user's name and password, and for parameters that are credentials. */
    static String outOfUrl(String url, Set<String> found) {
        String shown = url;
        int authority = shown.indexOf("://") + 3;
        int path = authority < 3 ? -1 : firstOf(shown, authority, "/?#");
        int at = path < 0 ? -1 : shown.lastIndexOf('@', path - 1);
        if (at >= authority) {
            note(found, "user");
            shown = shown.substring(0, authority) + MASK + shown.substring(at);
        }
        int query = shown.indexOf('?');
        return query < 0 ? shown : shown.substring(0, query + 1) + outOfForm(shown.substring(query + 1), found);
    }

    /** The body with masks in the place of credentials, when it is JSON or a form; it may be cut off anywhere. */
    static String outOfBody(String body, Set<String> found) {
        String start = body.stripLeading();
        if (start.startsWith("{") || start.startsWith("[")) {
            return outOfJson(body, found);
        }
        return isForm(body) ? outOfForm(body, found) : body;
    }

    /** {@code name=value&…} without blanks and line ends. */
    private static boolean isForm(String body) {
        int equals = body.indexOf('=');
        return equals > 0 && equals <= LONGEST_NAME && body.chars().noneMatch(Character::isWhitespace)
                && body.indexOf('<') < 0;
    }

    private static String outOfForm(String form, Set<String> found) {
        StringBuilder out = new StringBuilder(form.length());
        int at = 0;
        while (at < form.length()) {
            int end = firstOf(form, at, "&;#");
            int equals = form.indexOf('=', at);
            if (equals >= 0 && equals < end && isSecretField(form.substring(at, equals))) {
                note(found, form.substring(at, equals));
                out.append(form, at, equals + 1).append(MASK);
            } else {
                out.append(form, at, end);
            }
            if (end < form.length()) {
                out.append(form.charAt(end));
            }
            at = end + 1;
        }
        return out.toString();
    }

    private static String outOfJson(String json, Set<String> found) {
        StringBuilder out = new StringBuilder(json.length());
        int at = 0;
        while (at < json.length()) {
            if (json.charAt(at) != '"') {
                out.append(json.charAt(at++));
                continue;
            }
            int end = endOfString(json, at);
            out.append(json, at, end);
            int value = skipBlanks(json, end);
            if (value < json.length() && json.charAt(value) == ':') {
                value = skipBlanks(json, value + 1);
                boolean isText = value < json.length() && json.charAt(value) == '"';
                String name = json.substring(at + 1, Math.max(at + 1, end - 1));
                if (isText && isSecretField(name)) {
                    note(found, name);
                    out.append(json, end, value).append('"').append(MASK).append('"');
                    end = endOfString(json, value);
                }
            }
            at = end;
        }
        return out.toString();
    }

    /** The place behind the string that begins here, or the end of what there is. */
    private static int endOfString(String json, int from) {
        int at = from + 1;
        while (at < json.length() && json.charAt(at) != '"') {
            at += json.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, json.length());
    }

    private static int skipBlanks(String json, int from) {
        int at = from;
        while (at < json.length() && Character.isWhitespace(json.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int firstOf(String text, int from, String marks) {
        int at = from;
        while (at < text.length() && marks.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return at;
    }

    private static void note(Set<String> found, String name) {
        if (found.size() < NAMES) {
            found.add(name.length() > 40 ? name.substring(0, 40) : name);
        }
    }
}
