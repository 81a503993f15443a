<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Remembers what the gate refused, so that a screen that got no answer of its own (classic editor, bulk edit, XML-RPC)
 * can still say the sentence. The next page in wp-admin shows it once.
 */
final class Refusals
{
    public const NAME = 'refusals';

    /** @var array<int, string> */
    private array $sentences = [];

    public function register(): void
    {
        add_action('admin_notices', [$this, 'show']);
        add_filter('post_updated_messages', [$this, 'silence_success']);
    }

    public function add(string $sentence): void
    {
        if (in_array($sentence, $this->sentences, true)) {
            return;
        }
        $this->sentences[] = $sentence;
        if (is_admin()) {
            Said_Later::keep(self::NAME, $this->sentences);
        }
    }

    /** @return array<int, string> What was refused since the last call. */
    public function take(): array
    {
        $taken = $this->sentences;
        $this->sentences = [];
        return $taken;
    }

    /** The notice on the next page. */
    public function show(): void
    {
        foreach ((array) Said_Later::take(self::NAME) as $sentence) {
            printf('<div class="notice notice-error is-dismissible tayang-refusal"><p>%s</p></div>', esc_html($sentence));
        }
    }

    /**
     * "Post published" above a post that was not published would be a lie.
     *
     * @param array<string, array<int, mixed>> $messages
     * @return array<string, array<int, mixed>>
     */
    public function silence_success(array $messages): array
    {
        if (Said_Later::look(self::NAME) !== null) {
            foreach ($messages as $type => $texts) {
                foreach ([6, 8, 9] as $number) {
                    $messages[$type][$number] = __('Saved.', 'tayang');
                }
            }
        }
        return $messages;
    }
}
