<?php

namespace Tayang\Ui;

use Tayang\Capabilities;
use Tayang\Delegations;
use Tayang\Said_Later;

defined('ABSPATH') || exit;

/**
 * Acting officers on the profile: what is in force, what was agreed, and a form to hand over. It stands inside WordPress's
 * own profile form, so its fields belong to forms of their own that are printed at the end of the page.
 */
final class Delegation_Form
{
    private const SAID = 'delegation';
    private const ADD = 'tayang_delegate';
    private const END = 'tayang_end_delegation';

    /** @var array<int, array{user: int, key: string}> What the buttons of this page would end. */
    private static array $ends = [];

    /** Whose form is on this page; 0: none. */
    private static int $adds_for = 0;

    public function register(): void
    {
        add_action('admin_post_' . self::ADD, [$this, 'add']);
        add_action('admin_post_' . self::END, [$this, 'end']);
        add_action('admin_footer', [$this, 'forms']);
    }

    public function render(\WP_User $user): void
    {
        $open = Delegations::open($user->ID);
        $received = Delegations::received($user->ID);
        $may = $this->may_delegate($user->ID);
        if (!$may && !$open && !$received) {
            return;
        }
        printf(
            '<section id="tayang-delegations" class="tayang-delegations" aria-labelledby="tayang-delegations-title"><h3 id="tayang-delegations-title">%s</h3><p class="description">%s</p>',
            esc_html__('Acting officer', 'tayang'),
            esc_html__('While somebody is away, another person decides in their place: each decision is recorded as theirs, on behalf of the one who is away.', 'tayang')
        );
        $said = $this->take_said();
        if ($said) {
            printf(
                '<div class="notice inline notice-%s" role="%s"><p>%s</p></div>',
                esc_attr($said['type']),
                $said['type'] === 'error' ? 'alert' : 'status',
                esc_html($said['message'])
            );
        }
        foreach ([...$open, ...$received] as $one) {
            if (Delegations::is_in_force($one)) {
                printf('<p class="tayang-in-force"><span class="dashicons dashicons-businessperson" aria-hidden="true"></span> %s</p>', esc_html(self::sentence($one, $user->ID)));
            }
        }
        $this->list($open, $user->ID, $may);
        if ($may) {
            $this->fields($user, $said['form'] ?? []);
        }
        echo '</section>';
    }

    /** The forms that the fields and buttons above belong to. */
    public function forms(): void
    {
        if (self::$adds_for) {
            $this->form(self::ADD, self::ADD, ['user' => (string) self::$adds_for]);
        }
        foreach (self::$ends as $number => $one) {
            $this->form(self::END . "-$number", self::END, ['user' => (string) $one['user'], 'key' => $one['key']]);
        }
    }

    public function add(): void
    {
        $user_id = absint($_POST['user'] ?? 0); // phpcs:ignore WordPress.Security.NonceVerification -- it names the nonce
        $this->check(self::ADD, $user_id);
        $text = static fn(string $name): string => sanitize_text_field(wp_unslash((string) ($_POST[$name] ?? ''))); // phpcs:ignore WordPress.Security.NonceVerification -- above
        $wish = [
            'to' => absint($text('to')), 'from_day' => $text('from_day'), 'to_day' => $text('to_day'),
            'kind' => sanitize_key($text('kind')), 'reason' => $text('reason'),
        ];
        $done = Delegations::add($user_id, $wish, get_current_user_id());
        if (is_wp_error($done)) {
            $this->say($done->get_error_message(), 'error', $wish);
        } else {
            $this->say(__('Recorded. The Tayang server knows it from now on.', 'tayang'), 'success');
        }
        $this->back($user_id);
    }

    public function end(): void
    {
        $user_id = absint($_POST['user'] ?? 0); // phpcs:ignore WordPress.Security.NonceVerification -- it names the nonce
        $this->check(self::END, $user_id);
        $ended = Delegations::end($user_id, sanitize_key(wp_unslash($_POST['key'] ?? ''))); // phpcs:ignore WordPress.Security.NonceVerification -- above
        $ended
            ? $this->say(__('Ended. From now on only the officer decides again.', 'tayang'), 'success')
            : $this->say(__('This delegation is over already.', 'tayang'), 'error');
        $this->back($user_id);
    }

    /**
     * One delegation for the list of users, which knows whose row it is.
     *
     * @param array<string, mixed> $one as stored, with `from` when the person received it
     */
    public static function short(array $one): string
    {
        $other = self::name((int) ($one['from'] ?? $one['to']));
        $format = isset($one['from'])
            /* translators: 1: Plh. or Plt., 2: name of a person, 3: date */
            ? __('%1$s for %2$s until %3$s', 'tayang')
            /* translators: 1: Plh. or Plt., 2: name of a person, 3: date */
            : __('%1$s: %2$s until %3$s', 'tayang');
        return sprintf($format, Delegations::kind_name($one['kind']), $other, Delegations::last_day($one['ends_at']));
    }

    /**
     * What is in force, said to whoever reads the profile.
     *
     * @param array<string, mixed> $one
     */
    private static function sentence(array $one, int $profile): string
    {
        $is_mine = $profile === get_current_user_id();
        $format = match (true) {
            /* translators: 1: date, 2: name of a person, 3: Plh. or Plt., 4: date */
            isset($one['from']) && $is_mine => __('Since %1$s: you act for %2$s (%3$s), until %4$s.', 'tayang'),
            /* translators: 1: date, 2: name of a person, 3: Plh. or Plt., 4: date, 5: name of a person */
            isset($one['from']) => __('Since %1$s: %5$s acts for %2$s (%3$s), until %4$s.', 'tayang'),
            /* translators: 1: date, 2: name of a person, 3: Plh. or Plt., 4: date */
            $is_mine => __('Since %1$s: %2$s acts for you (%3$s), until %4$s.', 'tayang'),
            /* translators: 1: date, 2: name of a person, 3: Plh. or Plt., 4: date, 5: name of a person */
            default => __('Since %1$s: %2$s acts for %5$s (%3$s), until %4$s.', 'tayang'),
        };
        return sprintf(
            $format,
            wp_date('j M Y', strtotime($one['starts_at'])),
            self::name((int) ($one['from'] ?? $one['to'])),
            Delegations::kind_name($one['kind']),
            Delegations::last_day($one['ends_at']),
            self::name($profile)
        );
    }

    /** @param array<int, array<string, mixed>> $open */
    private function list(array $open, int $user_id, bool $may): void
    {
        if (!$open) {
            return;
        }
        printf(
            '<table class="widefat striped tayang-delegation-list"><caption class="screen-reader-text">%s</caption><thead><tr><th scope="col">%s</th><th scope="col">%s</th><th scope="col">%s</th><th scope="col">%s</th><th scope="col"><span class="screen-reader-text">%s</span></th></tr></thead><tbody>',
            esc_html__('Agreed delegations', 'tayang'),
            esc_html__('Who acts', 'tayang'),
            esc_html__('From – to', 'tayang'),
            esc_html__('Reason', 'tayang'),
            esc_html__('Entered by', 'tayang'),
            esc_html__('Actions', 'tayang')
        );
        foreach ($open as $one) {
            $is_now = Delegations::is_in_force($one);
            printf(
                '<tr><td data-label="%s">%s %s</td><td data-label="%s">%s – %s%s</td><td data-label="%s">%s</td><td data-label="%s">%s</td><td>',
                esc_attr__('Who acts', 'tayang'),
                esc_html(Delegations::kind_name($one['kind'])),
                esc_html(self::name((int) $one['to'])),
                esc_attr__('From – to', 'tayang'),
                esc_html(wp_date('j M Y', strtotime($one['starts_at']))),
                esc_html(Delegations::last_day($one['ends_at'])),
                $is_now ? ' <strong class="tayang-now-mark">' . esc_html__('in force', 'tayang') . '</strong>' : '',
                esc_attr__('Reason', 'tayang'),
                $one['reason'] === '' ? '—' : esc_html($one['reason']),
                esc_attr__('Entered by', 'tayang'),
                esc_html(self::name((int) $one['by']))
            );
            if ($may) {
                self::$ends[] = ['user' => $user_id, 'key' => Delegations::key($one)];
                printf(
                    '<button type="submit" class="button" form="%s-%d">%s<span class="screen-reader-text"> (%s)</span></button>',
                    esc_attr(self::END),
                    (int) array_key_last(self::$ends),
                    $is_now ? esc_html__('End now', 'tayang') : esc_html__('Call off', 'tayang'),
                    esc_html(self::name((int) $one['to']))
                );
            }
            echo '</td></tr>';
        }
        echo '</tbody></table>';
    }

    /** @param array<string, mixed> $typed what was refused, to be mended */
    private function fields(\WP_User $user, array $typed): void
    {
        self::$adds_for = $user->ID;
        $form = self::ADD;
        printf('<div class="tayang-delegate" role="group" aria-labelledby="tayang-delegate-title"><h4 id="tayang-delegate-title">%s</h4>', esc_html__('Hand over', 'tayang'));
        printf(
            '<p><label for="tayang-to">%s</label><select id="tayang-to" name="to" form="%s" required><option value="">%s</option>',
            esc_html__('Who acts', 'tayang'),
            esc_attr($form),
            esc_html__('Choose a person', 'tayang')
        );
        $this->candidates($user->ID, (int) ($typed['to'] ?? 0));
        printf('</select></p><fieldset><legend>%s</legend>', esc_html__('As', 'tayang'));
        $kinds = [
            'plh' => __('Plh. (pelaksana harian): the officer is away for a while', 'tayang'),
            'plt' => __('Plt. (pelaksana tugas): the post has no officer at present', 'tayang'),
        ];
        foreach ($kinds as $kind => $label) {
            printf(
                '<label class="tayang-choice"><input type="radio" name="kind" value="%s" form="%s"%s> %s</label>',
                esc_attr($kind),
                esc_attr($form),
                checked($kind, ($typed['kind'] ?? '') ?: 'plh', false),
                esc_html($label)
            );
        }
        echo '</fieldset><div class="tayang-days">';
        $today = wp_date('Y-m-d');
        foreach (['from_day' => __('First day', 'tayang'), 'to_day' => __('Last day (included)', 'tayang')] as $name => $label) {
            printf(
                '<p><label for="tayang-%1$s">%2$s</label><input type="date" id="tayang-%1$s" name="%1$s" form="%3$s" min="%4$s" value="%5$s" required></p>',
                esc_attr($name),
                esc_html($label),
                esc_attr($form),
                esc_attr($today),
                esc_attr(($typed[$name] ?? '') ?: ($name === 'from_day' ? $today : ''))
            );
        }
        printf(
            '</div><p><label for="tayang-reason">%s</label><input type="text" id="tayang-reason" name="reason" form="%s" maxlength="500" class="regular-text" value="%s"></p><p><button type="submit" class="button" form="%2$s">%s</button></p></div>',
            esc_html__('Reason (such as the number of the order)', 'tayang'),
            esc_attr($form),
            esc_attr((string) ($typed['reason'] ?? '')),
            esc_html__('Hand over', 'tayang')
        );
    }

    /** People of this site; those who have a role in the SOP first. */
    private function candidates(int $user_id, int $chosen): void
    {
        $groups = [__('With a role in the SOP', 'tayang') => [], __('Others on this site', 'tayang') => []];
        foreach (get_users(['orderby' => 'display_name', 'exclude' => [$user_id], 'role__not_in' => [Capabilities::ROBOT], 'number' => 1000]) as $one) {
            $groups[array_keys($groups)[Office::roles_of($one->ID) ? 0 : 1]][] = $one;
        }
        foreach (array_filter($groups) as $label => $people) {
            printf('<optgroup label="%s">', esc_attr($label));
            foreach ($people as $one) {
                printf('<option value="%d"%s>%s</option>', (int) $one->ID, selected($one->ID, $chosen, false), esc_html($one->display_name));
            }
            echo '</optgroup>';
        }
    }

    /** @param array<string, string> $hidden */
    private function form(string $id, string $action, array $hidden): void
    {
        printf('<form id="%s" method="post" action="%s" class="hidden">', esc_attr($id), esc_url(admin_url('admin-post.php')));
        wp_nonce_field($action . '_' . $hidden['user'], '_wpnonce', false);
        foreach (['action' => $action] + $hidden as $name => $value) {
            printf('<input type="hidden" name="%s" value="%s">', esc_attr($name), esc_attr($value));
        }
        echo '</form>';
    }

    /** One hands over what one has; for others does who manages users. */
    private function may_delegate(int $user_id): bool
    {
        return Office::roles_of($user_id) !== []
            && ($user_id === get_current_user_id() || current_user_can('promote_user', $user_id) || current_user_can('edit_user', $user_id));
    }

    private function check(string $action, int $user_id): void
    {
        check_admin_referer("{$action}_$user_id");
        if (!$this->may_delegate($user_id)) {
            wp_die(esc_html__('You may hand over your own roles only; those of others belong to who manages users.', 'tayang'), '', ['response' => 403]);
        }
    }

    /** @param array<string, mixed> $form */
    private function say(string $message, string $type, array $form = []): void
    {
        Said_Later::keep(self::SAID, compact('message', 'type', 'form'));
    }

    /** @return array{message: string, type: string, form: array<string, mixed>}|null */
    private function take_said(): ?array
    {
        $said = Said_Later::take(self::SAID);
        return is_array($said) ? $said : null;
    }

    private static function name(int $user_id): string
    {
        $user = get_userdata($user_id);
        return $user ? $user->display_name : __('somebody who left', 'tayang');
    }

    private function back(int $user_id): never
    {
        wp_safe_redirect(Profile::url($user_id) . '#tayang-delegations');
        exit;
    }
}
