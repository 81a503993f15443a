<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The office's SOP as the sidecar told it (option `tayang_sop`): procedures, steps, statuses, governed post types.
 */
final class Sop
{
    public const OPTION = 'tayang_sop';
    public const FORMER_STATUSES = 'tayang_former_statuses';
    public const PROTOCOL = 1;

    /** @var array<string, array{0: string, 1: array<string, mixed>}> What an option's text was read as, by option. */
    private array $read = [];

    /** @var array{0: array<int, mixed>, 1: array<string, array<string, mixed>>}|null From what, and the statuses. */
    private ?array $made = null;

    public function __construct(private readonly Sidecar_Client $sidecar, private readonly Settings $settings)
    {
    }

    public function register(): void
    {
        foreach (['add_option_', 'update_option_'] as $event) {
            add_action($event . Settings::OPTION, [$this, 'refresh'], 10, 0);
        }
    }

    /** Asks the sidecar and stores its answer. A failure leaves the stored SOP as it is. */
    public function refresh(): bool|\WP_Error
    {
        $language = str_starts_with(get_locale(), 'id') ? 'id' : 'en';
        $answer = $this->sidecar->post('sop', [], $language);
        if (is_wp_error($answer)) {
            return $answer;
        }
        if ((int) ($answer['protocol'] ?? 0) !== self::PROTOCOL || !is_array($answer['procedures'] ?? null)) {
            return new \WP_Error('tayang_protocol', self::other_protocol($answer['protocol'] ?? null), ['status' => 502]);
        }
        $this->store($answer);
        return true;
    }

    /** One sentence about a sidecar that speaks another protocol than ours. */
    public static function other_protocol(mixed $theirs): string
    {
        return sprintf(
            /* translators: 1: number that the plugin speaks, 2: number that the sidecar speaks */
            __('The plugin speaks protocol %1$d, the Tayang server %2$s: update the older one.', 'tayang'),
            self::PROTOCOL,
            is_scalar($theirs) ? (string) $theirs : '?'
        );
    }

    /**
     * Keeps the names of statuses that a new SOP drops: cases in them still run, and must stay visible.
     *
     * @param array<string, mixed> $sop
     */
    public function store(array $sop): void
    {
        $before = $this->statuses();
        update_option(self::OPTION, $sop, true);
        $former = array_diff_key($before + $this->former(), $this->current_statuses());
        update_option(self::FORMER_STATUSES, $former, true);
    }

    /** @return array<string, mixed> The stored answer; empty before the first connection. */
    public function data(): array
    {
        return $this->read(self::OPTION);
    }

    /** @return array<int, array<string, mixed>> */
    public function procedures(): array
    {
        return $this->data()['procedures'] ?? [];
    }

    /** @return array<string, mixed>|null */
    public function procedure(string $key): ?array
    {
        foreach ($this->procedures() as $procedure) {
            if ($procedure['key'] === $key) {
                return $procedure;
            }
        }
        return null;
    }

    public function role_name(string $key): string
    {
        foreach ($this->data()['roles'] ?? [] as $role) {
            if ($role['key'] === $key) {
                return self::text($role['name']);
            }
        }
        return $key;
    }

    /**
     * Procedures for a post type that a holder of these roles may open.
     *
     * @param array<int, string> $roles
     * @return array<int, array<string, mixed>>
     */
    public function openable(string $post_type, array $roles): array
    {
        return array_values(array_filter(
            $this->procedures_for($post_type),
            static fn(array $p): bool => (bool) array_intersect(self::openers($p), $roles)
        ));
    }

    /**
     * The procedures under which a post of this type may run: its own, else those that end on the website.
     *
     * @return array<int, array<string, mixed>>
     */
    public function procedures_for(string $post_type): array
    {
        $own = array_filter($this->procedures(), static fn(array $p): bool => $p['post_type'] === $post_type);
        return array_values($own ?: array_filter($this->procedures(), static fn(array $p): bool => !empty($p['website'])));
    }

    /** Whether any of these SOP roles opens a procedure. @param array<int, string> $roles */
    public function opens_something(array $roles): bool
    {
        return array_intersect($roles, array_merge(...array_map([self::class, 'openers'], $this->procedures()))) !== [];
    }

    /**
     * @param array<string, mixed> $procedure
     * @return array<int, string> Roles that may open a case; the first step's role when the SOP names none.
     */
    public static function openers(array $procedure): array
    {
        return ($procedure['openers'] ?? []) ?: [$procedure['activities'][0]['role'] ?? ''];
    }

    /** @return array<int, string> Post types that nobody publishes around the SOP. */
    public function governed_types(): array
    {
        if (!Lifecycle::is_active_here()) {
            return [];
        }
        $types = array_column($this->procedures(), 'post_type');
        /**
         * Post types that only go live through the SOP.
         *
         * @param array<int, string> $types those of the SOP's procedures and of the settings, `post` and `tayang_greeting` always
         */
        return (array) apply_filters(
            'tayang_governed_post_types',
            array_values(array_unique(['post', Statuses::GREETING, ...$types, ...$this->settings->governed_types()]))
        );
    }

    public function is_governed(string $post_type): bool
    {
        return in_array($post_type, $this->governed_types(), true);
    }

    /**
     * Every status of the SOP and of its former versions, by slug.
     *
     * @return array<string, array{label: string, post_type: string, procedure: string, no: int, role: string, kind: string}>
     */
    public function statuses(): array
    {
        $from = [$this->data(), $this->former(), determine_locale()];
        if ($this->made === null || $this->made[0] !== $from) {
            $this->made = [$from, $this->current_statuses() + $this->former()];
        }
        return $this->made[1];
    }

    /** Whether a slug is one of ours: only the status writer may set it. */
    public static function is_step_status(string $status): bool
    {
        return str_starts_with($status, 'tyg_');
    }

    /** A name that the SOP gives in Indonesian and English, in the reader's language. */
    public static function text(mixed $name): string
    {
        if (!is_array($name)) {
            return (string) $name;
        }
        return (string) (($name[Sidecar_Client::language()] ?? '') ?: reset($name));
    }

    /** @return array<string, array<string, mixed>> */
    private function former(): array
    {
        return $this->read(self::FORMER_STATUSES);
    }

    /**
     * An option, taken apart once: every guard asks for it, many times in a request, and WordPress would build the whole
     * list anew each time. The text itself says when to read again (another value, another site of the network).
     *
     * @return array<string, mixed>
     */
    private function read(string $option): array
    {
        $text = wp_load_alloptions()[$option] ?? null;
        if (!is_string($text)) {
            $value = get_option($option, []);
            return is_array($value) ? $value : [];
        }
        if (($this->read[$option][0] ?? null) !== $text) {
            $value = maybe_unserialize($text);
            $this->read[$option] = [$text, is_array($value) ? $value : []];
        }
        return $this->read[$option][1];
    }

    /** @return array<string, array<string, mixed>> */
    private function current_statuses(): array
    {
        $statuses = [];
        foreach ($this->procedures() as $procedure) {
            $of = ['post_type' => $procedure['post_type'], 'procedure' => $procedure['key']];
            foreach ($procedure['activities'] as $activity) {
                $statuses[$activity['status']] = $of + [
                    'label' => $activity['no'] . '. ' . $this->role_name($activity['role']),
                    'no' => (int) $activity['no'],
                    'role' => $activity['role'],
                    'kind' => $activity['kind'],
                ];
            }
            // Out without the website: a procedure for social media only, or one whose website was switched off for a post.
            foreach (array_diff(array_filter([$procedure['out_status'] ?? '', $procedure['social_status'] ?? '']), ['publish']) as $out) {
                $statuses[$out] = $of
                    + ['label' => __('Out on social media', 'tayang'), 'no' => 0, 'role' => '', 'kind' => 'out'];
            }
        }
        return $statuses;
    }
}
