<?php

use PHPUnit\Framework\TestCase;

/**
 * Late escaping: whatever `echo`, `print`, `printf` print goes through one of WordPress's escaping functions right there.
 * A comment may say `phpcs:ignore EscapeOutput -- why not`, or disable and enable it for several lines. PHP's own tokens are read, so no layout of the code hides anything.
 */
final class EscapingTest extends TestCase
{
    private const ESCAPES = ['esc_html', 'esc_attr', 'esc_url', 'esc_textarea', 'esc_js', 'esc_xml', 'esc_html__', 'esc_attr__', 'esc_html_x',
        'esc_attr_x', 'wp_kses', 'wp_kses_post', 'wp_kses_data', 'wp_json_encode'];
    /** Print numbers, or markup that core has escaped. */
    private const HARMLESS = ['absint', 'intval', 'count', 'checked', 'selected', 'disabled', 'get_the_post_thumbnail',
        'wp_get_attachment_image', 'paginate_links', 'number_format_i18n'];
    /** Safe when what they are given is. */
    private const WRAPPERS = ['nl2br', 'trim', 'sprintf'];

    /** @dataProvider sources */
    public function testOutputIsEscapedWhereItIsPrinted(string $file): void
    {
        self::assertSame([], self::unescaped((string) file_get_contents($file)));
    }

    public static function sources(): array
    {
        $found = [];
        foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(dirname(TAYANG_FILE) . '/includes')) as $file) {
            if ($file->getExtension() === 'php') {
                $found[$file->getFilename()] = [$file->getPathname()];
            }
        }
        return $found;
    }

    /** @dataProvider lines */
    public function testItBites(string $line, bool $is_good): void
    {
        self::assertSame($is_good, self::unescaped("<?php\n$line\n") === [], $line);
    }

    public static function lines(): array
    {
        $bad = [
            'echo $name;', 'printf("<p>%s</p>", $name);', "printf('<p>%s</p>', esc_html(\$a), \$b->name());", "echo '<p>', get_option('x');",
            "echo '<p>' . \$x . '</p>';", 'echo $on ? esc_html($a) : $b;', 'echo "<p>$x</p>";', 'echo esc_html($a) . $b;', 'print $x;',
            "printf(\$format, 'a');", 'echo (int) $a, $b;', 'echo $a ?: esc_html($b);', "echo __('a', 'tayang');", 'echo nl2br($a);',
        ];
        $good = [
            'echo esc_html($name);', "printf('<p id=\"%d\">%s</p>', (int) \$id, esc_html(sprintf(__('a, b %s', 'tayang'), \$name)));",
            "printf('%s', \$on ? esc_html(\$a) : '');", '// echo $x;', 'echo $html; // phpcs:ignore EscapeOutput -- because',
            "echo '<p>', esc_html(\$x), '</p>';", 'echo nl2br(esc_html($a));', 'echo 3, self::SLUG;', "printf(esc_html__('%d', 'tayang'), (int) \$a);",
            '$this->printf($x);', 'function print(array $x): string { return $y; }', "echo \$a === 1 ? ' x' : '';", "printf('%s', \$a && (\$b || c(\$d)) ? 'x' : esc_attr(\$y));",
            "echo implode('</li><li>', array_map('esc_html', \$lines));", "// phpcs:ignore EscapeOutput -- made above\necho \$html;",
        ];
        return [...array_map(static fn($line) => [$line, false], $bad), ...array_map(static fn($line) => [$line, true], $good)];
    }

    /** @return array<int, string> What is printed unescaped, with its line. */
    private static function unescaped(string $source): array
    {
        $excused = self::excused(explode("\n", $source));
        $tokens = array_values(array_filter(
            PhpToken::tokenize($source),
            static fn(PhpToken $token): bool => !$token->is([T_WHITESPACE, T_COMMENT, T_DOC_COMMENT])
        ));
        $found = [];
        foreach ($tokens as $at => $token) {
            $before = $tokens[$at - 1] ?? null;
            $is_call = $token->is(T_STRING) && $token->text === 'printf' && ($tokens[$at + 1]->text ?? '') === '(';
            $is_method = $before?->is([T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION]);
            if ($is_method || (!$is_call && !$token->is([T_ECHO, T_PRINT]))) {
                continue;
            }
            foreach (self::split(self::until_end($tokens, $at + ($is_call ? 2 : 1)), ',') as $argument) {
                $line = $argument ? $argument[0]->line : $token->line;
                if ($argument && !self::is_safe($argument) && !isset($excused[$line])) {
                    $found[] = "$line: " . implode('', array_map(static fn(PhpToken $one): string => $one->text, $argument));
                }
            }
        }
        return $found;
    }

    /**
     * @param array<int, string> $lines
     * @return array<int, true> Numbers of lines for which a comment says why they are all right.
     */
    private static function excused(array $lines): array
    {
        $excused = [];
        $is_off = false;
        foreach ($lines as $index => $line) {
            $says = str_contains($line, 'EscapeOutput -- ');
            $is_off = ($is_off || ($says && str_contains($line, 'phpcs:disable'))) && !str_contains($line, 'phpcs:enable');
            if ($is_off || $says) {
                $excused[$index + 1] = true;
            }
            if ($says && str_starts_with(ltrim($line), '//')) {
                $excused[$index + 2] = true;                    // a comment of its own is about the next line
            }
        }
        return $excused;
    }

    /**
     * Tokens up to the end of the statement, or the bracket that closes the call.
     *
     * @param array<int, PhpToken> $tokens
     * @return array<int, PhpToken>
     */
    private static function until_end(array $tokens, int $from): array
    {
        $depth = 0;
        for ($at = $from; isset($tokens[$at]); $at++) {
            $depth += self::step($tokens[$at]);
            if ($depth < 0 || ($depth === 0 && in_array($tokens[$at]->text, [';', '?>'], true))) {
                break;
            }
        }
        return array_slice($tokens, $from, $at - $from);
    }

    private static function step(PhpToken $token): int
    {
        return match ($token->text) {
            '(', '[', '{', '${' => 1,
            ')', ']', '}' => - 1,
            default => 0,
        };
    }

    /**
     * @param array<int, PhpToken> $tokens
     * @return array<int, array<int, PhpToken>> The parts between marks that stand in no bracket.
     */
    private static function split(array $tokens, string $mark): array
    {
        $parts = [[]];
        $depth = 0;
        foreach ($tokens as $token) {
            $depth += self::step($token);
            if ($depth === 0 && $token->text === $mark) {
                $parts[] = [];
            } else {
                $parts[array_key_last($parts)][] = $token;
            }
        }
        return $parts;
    }

    /** @param array<int, PhpToken> $tokens one expression */
    private static function is_safe(array $tokens): bool
    {
        if ($tokens === []) {
            return false;
        }
        $choices = self::split($tokens, '?');
        if (count($choices) === 2) {
            $branches = self::split($choices[1], ':');
            $is_short = $branches[0] === [];                    // a ?: b prints a
            return self::is_safe($is_short ? $choices[0] : $branches[0]) && self::is_safe($branches[1] ?? []);
        }
        $pieces = self::split($tokens, '.');
        if (count($pieces) > 1) {
            return array_reduce($pieces, static fn(bool $all, array $piece): bool => $all && self::is_safe($piece), true);
        }
        return self::is_safe_piece($tokens);
    }

    /** @param array<int, PhpToken> $tokens without `?` and `.` outside of brackets */
    private static function is_safe_piece(array $tokens): bool
    {
        [$first, $second, $last] = [$tokens[0], $tokens[1] ?? null, $tokens[count($tokens) - 1]];
        if ($first->is(T_INT_CAST) || (count($tokens) === 1 && $first->is([T_CONSTANT_ENCAPSED_STRING, T_LNUMBER]))) {
            return true;
        }
        if ($first->text === '(' && $last->text === ')') {
            return self::is_safe(array_slice($tokens, 1, -1));
        }
        if ($first->text === 'self' && count($tokens) === 3 && $second->is(T_DOUBLE_COLON) && ctype_upper(str_replace('_', '', $last->text))) {
            return true;                                        // a constant of ours
        }
        $is_one_call = $second?->text === '(' && count(self::until_end($tokens, 2)) === count($tokens) - 3;
        if (!$is_one_call || !$first->is([T_STRING, T_NAME_QUALIFIED, T_NAME_FULLY_QUALIFIED])) {
            return false;
        }
        $text = implode('', array_map(static fn(PhpToken $one): string => $one->text, $tokens));
        if (preg_match("~^implode\\('[^']*',array_map\\('esc_(html|attr)',~", $text)) {
            return true;
        }
        if (in_array($first->text, self::WRAPPERS, true)) {
            $given = self::split(array_slice($tokens, 2, -1), ',');
            return array_reduce($given, static fn(bool $all, array $one): bool => $all && self::is_safe($one), true);
        }
        return in_array($first->text, [...self::ESCAPES, ...self::HARMLESS], true);
    }
}
