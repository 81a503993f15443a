<?php

namespace Tayang\Ui;

use Tayang\Capabilities;
use Tayang\Delegations;
use Tayang\Plugin;

defined('ABSPATH') || exit;

/**
 * A person's part in the procedures: roles and division on the profile, and all of it in the list of users.
 */
final class Profile
{
    private const COLUMN = 'tayang_roles';
    private const PAGE = 'tayang-person';
    private const SAVE = 'tayang_save_person';

    public function register(): void
    {
        add_action('show_user_profile', [$this, 'fields']);
        add_action('edit_user_profile', [$this, 'fields']);
        add_action('personal_options_update', [$this, 'save']);
        add_action('edit_user_profile_update', [$this, 'save']);
        add_filter('manage_users_columns', [$this, 'column']);
        add_filter('manage_users_custom_column', [$this, 'cell'], 10, 3);
        add_filter('user_row_actions', [$this, 'actions'], 10, 2);
        add_action('admin_menu', [$this, 'add_page']);
        add_action('admin_post_' . self::SAVE, [$this, 'save_page']);
        foreach (['profile.php', 'user-edit.php', 'users.php'] as $screen) {
            add_action("load-$screen", [$this, 'enqueue']);
        }
    }

    public function enqueue(): void
    {
        add_action('admin_enqueue_scripts', static fn() => wp_enqueue_style('tayang-office'));
    }

    public function fields(\WP_User $user): void
    {
        if (!Office::roles() || user_can($user, Capabilities::ROBOT) || !is_user_member_of_blog($user->ID)) {
            return;
        }
        $may_change = $this->may_change($user->ID);
        printf('<h2 id="tayang">%s</h2><table class="form-table" role="presentation">', 'Tayang');
        $this->roles_row($user->ID, $may_change);
        $this->division_row($user->ID, $may_change);
        echo '</table>';
        if ($may_change) {
            wp_nonce_field('tayang_roles_' . $user->ID, 'tayang_roles_nonce');
        }
        (new Delegation_Form())->render($user);
    }

    public function save(int $user_id): void
    {
        $nonce = sanitize_text_field(wp_unslash($_POST['tayang_roles_nonce'] ?? ''));
        if (!wp_verify_nonce($nonce, 'tayang_roles_' . $user_id) || !$this->may_change($user_id)) {
            return;
        }
        $chosen = array_map('sanitize_key', (array) wp_unslash($_POST['tayang_roles'] ?? []));
        $roles = array_values(array_intersect(array_keys(Office::roles()), $chosen));
        update_user_meta($user_id, Capabilities::key(Capabilities::META), $roles);
        $division = sanitize_text_field(wp_unslash((string) ($_POST['tayang_division'] ?? '')));
        if ($division === '' || in_array($division, $this->divisions($user_id), true)) {
            update_user_meta($user_id, Capabilities::key(Capabilities::DIVISION), wp_slash($division));
        }
    }

    /**
     * @param array<string, string> $columns
     * @return array<string, string>
     */
    public function column(array $columns): array
    {
        return Office::roles() ? $columns + [self::COLUMN => __('Roles in the SOP', 'tayang')] : $columns;
    }

    /** @param string $value */
    public function cell($value, string $column, int $user_id): string
    {
        if ($column !== self::COLUMN) {
            return (string) $value;
        }
        $names = array_intersect_key(Office::roles(), array_flip(Office::roles_of($user_id)));
        $lines = $names ? [esc_html(implode(', ', $names))] : [];
        if ($names && Capabilities::division_of($user_id) !== '') {
            $lines[] = esc_html(Capabilities::division_of($user_id));
        }
        foreach ([...Delegations::open($user_id), ...Delegations::received($user_id)] as $one) {
            if (Delegations::is_in_force($one)) {
                $lines[] = '<em>' . esc_html(Delegation_Form::short($one)) . '</em>';
            }
        }
        return $lines ? implode('<br>', $lines) : '<span aria-hidden="true">—</span>';
    }

    /**
     * Where the profile of another person is closed (networks), their part in the SOP has a page of its own.
     *
     * @param array<string, string> $actions
     * @return array<string, string>
     */
    public function actions(array $actions, \WP_User $user): array
    {
        if (Office::roles() && $this->may_change($user->ID) && !current_user_can('edit_user', $user->ID) && !user_can($user, Capabilities::ROBOT)) {
            $actions['tayang'] = sprintf('<a href="%s">%s</a>', esc_url(self::url($user->ID)), esc_html__('Roles in the SOP', 'tayang'));
        }
        return $actions;
    }

    public function add_page(): void
    {
        $title = __('Roles in the SOP', 'tayang');
        $hook = add_submenu_page('users.php', $title, $title, 'promote_users', self::PAGE, [$this, 'render_page']);
        add_action("load-$hook", [$this, 'enqueue']);
        add_action('admin_head', static fn() => remove_submenu_page('users.php', self::PAGE));
    }

    public function render_page(): void
    {
        $user = get_userdata(absint($_GET['user'] ?? 0)); // phpcs:ignore WordPress.Security.NonceVerification -- only looks
        if (!$user || !$this->may_change($user->ID)) {
            printf('<div class="wrap"><h1>%s</h1><p>%s</p></div>', esc_html__('Roles in the SOP', 'tayang'), esc_html__('There is no such person on this site.', 'tayang'));
            return;
        }
        printf('<div class="wrap"><h1>%s</h1><form method="post" action="%s">', esc_html($user->display_name), esc_url(admin_url('admin-post.php')));
        printf('<input type="hidden" name="action" value="%s"><input type="hidden" name="user" value="%d">', esc_attr(self::SAVE), (int) $user->ID);
        $this->fields($user);
        submit_button();
        echo '</form></div>';
    }

    public function save_page(): void
    {
        $user_id = absint($_POST['user'] ?? 0); // phpcs:ignore WordPress.Security.NonceVerification -- it names the nonce
        check_admin_referer('tayang_roles_' . $user_id, 'tayang_roles_nonce');
        if (!$this->may_change($user_id)) {
            wp_die(esc_html__('Only somebody who manages users may change this.', 'tayang'), '', ['response' => 403]);
        }
        $this->save($user_id);
        Notices::add(__('Saved.', 'tayang'), 'success');
        wp_safe_redirect(self::url($user_id));
        exit;
    }

    /** Address of the page above, or of the profile where it is open to the reader. */
    public static function url(int $user_id): string
    {
        return current_user_can('edit_user', $user_id)
            ? (string) get_edit_user_link($user_id)
            : admin_url('users.php?page=' . self::PAGE . '&user=' . $user_id);
    }

    private function roles_row(int $user_id, bool $may_change): void
    {
        $held = Office::roles_of($user_id);
        printf(
            '<tr><th scope="row">%1$s</th><td><fieldset><legend class="screen-reader-text">%1$s</legend>',
            esc_html__('Roles in the SOP', 'tayang')
        );
        foreach (Office::roles() as $key => $name) {
            printf(
                '<label class="tayang-choice"><input type="checkbox" name="tayang_roles[]" value="%s"%s%s> %s</label>',
                esc_attr($key),
                checked(in_array($key, $held, true), true, false),
                disabled($may_change, false, false),
                esc_html($name)
            );
        }
        $help = $may_change
            ? __('Who may act at which step follows from this, at once.', 'tayang')
            : __('Only somebody who manages users may change this.', 'tayang');
        printf('<p class="description">%s</p></fieldset></td></tr>', esc_html($help));
    }

    private function division_row(int $user_id, bool $may_change): void
    {
        $mine = Capabilities::division_of($user_id);
        printf(
            '<tr><th scope="row"><label for="tayang-division">%s</label></th><td><select id="tayang-division" name="tayang_division"%s><option value="">%s</option>',
            esc_html__('Division', 'tayang'),
            disabled($may_change, false, false),
            esc_html__('No division', 'tayang')
        );
        foreach ($this->divisions($user_id) as $name) {
            printf('<option value="%s"%s>%s</option>', esc_attr($name), selected($name, $mine, false), esc_html($name));
        }
        printf(
            '</select><p class="description">%s</p></td></tr>',
            esc_html__('An assignment for a division is checked by the person of that division.', 'tayang')
        );
    }

    /** @return array<int, string> The office's divisions, and the person's own though it may be gone from the list. */
    private function divisions(int $user_id): array
    {
        $mine = Capabilities::division_of($user_id);
        return array_values(array_unique(array_filter([...Plugin::instance()->settings->divisions(), $mine])));
    }

    /** Roles decide who approves: nobody gives them to themselves without the right to manage people. */
    private function may_change(int $user_id): bool
    {
        // On a network only super administrators edit users; those of a site give their members roles all the same.
        return current_user_can('promote_user', $user_id) && is_user_member_of_blog($user_id);
    }
}
